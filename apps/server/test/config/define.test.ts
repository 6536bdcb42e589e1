/** A configuration in TypeScript: what its types refuse, the reader refuses too. The compiler checks the first half. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConfigurationError, defineConfig, env, file, readConfig } from '@symbolon/server'

const issuer = 'https://id.example.com'
const secret = 'Zk3vQw8xN1pT6yLr0sBd5uHj9mCf2aGe'
const shop = { redirect_uris: ['https://shop.example/cb'] }

describe('defineConfig', () => {
  it('takes what the schema takes, references and words in several languages among it', () => {
    const config = defineConfig({
      issuer,
      secret: env('SECRET'),
      lifetimes: { code: '60s', session: 3_600 },
      clients: { shop: { ...shop, client_name: 'Shop', 'client_name#de': 'Laden', client_secret: env('SECRET') } },
      resources: {
        'https://photos.example': {
          name: 'Photos',
          scopes: { read: 'See them', write: { title: { en: 'Add some' } } },
        },
      },
      people: [{ username: 'alice', claims: { address: { locality: 'Lisboa' } } }],
    })
    const { clients, lifetimes } = readConfig(config, '.', { SECRET: secret })
    assert.deepEqual([clients[0]?.client_secret, lifetimes.session], [[secret], 3_600])
    assert.deepEqual(file('./a'), { file: './a' })
  })

  const refused: readonly (readonly [title: string, config: unknown])[] = [
    // @ts-expect-error isuer
    ['an unknown key', defineConfig({ issuer, secret, isuer: issuer })],
    // @ts-expect-error redirect_urls
    ['an unknown key of a client', defineConfig({ issuer, secret, clients: { shop: { ...shop, redirect_urls: [] } } })],
    // @ts-expect-error client_id#de
    ['a language where there is none', defineConfig({ issuer, secret, clients: { a: { ...shop, 'scope#de': 'x' } } })],
    // @ts-expect-error password
    ['another grant', defineConfig({ issuer, secret, clients: { shop: { ...shop, grant_types: ['password'] } } })],
    // @ts-expect-error 60x
    ['a time in another unit', defineConfig({ issuer, secret, lifetimes: { code: '60x' } })],
    // @ts-expect-error no issuer
    ['a missing issuer', defineConfig({ secret })],
    // @ts-expect-error no username
    ['a person without a name', defineConfig({ issuer, secret, people: [{ email: 'a@example.com' }] })],
  ]
  for (const [title, config] of refused) {
    it(`refuses ${title}, as its types do`, () => {
      assert.throws(() => readConfig(config), ConfigurationError)
    })
  }
})
