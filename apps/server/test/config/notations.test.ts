/** One schema, three notations: what a file says does not depend on how it is written. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { defaultSettings } from '@symbolon/authorization-server/ports/issuer'
import { type Config, loadConfig, settingsOf } from '@symbolon/server/config/load'
import { jsonSchema, withTables, writtenSchema } from '@symbolon/server/config/publish'

const folder = mkdtempSync(join(tmpdir(), 'symbolon-notations-'))
after(() => rmSync(folder, { recursive: true }))

const environment = { SYMBOLON_SECRET: 'Zk3vQw8xN1pT6yLr0sBd5uHj9mCf2aGe' }

const load = async (name: string, text: string): Promise<Config> => {
  writeFileSync(join(folder, name), text)
  return await loadConfig(join(folder, name), environment)
}

const said = {
  $schema: './symbolon-config.json',
  issuer: 'https://id.example.com/oauth',
  secret: { env: 'SYMBOLON_SECRET' },
  storage: 'sqlite:data/symbolon.db',
  name: 'Example',
  listen: { host: '0.0.0.0', port: 8443 },
  trustProxy: ['10.0.0.0/8'],
  locale: 'de',
  lifetimes: { accessToken: '5m', session: 3600, keptSession: '30d' },
  clients: {
    'print-shop': {
      client_name: 'Print Shop',
      'client_name#de': 'Fotodruckerei',
      client_secret: [{ file: './shop-secret' }, { env: 'SYMBOLON_SECRET' }],
      redirect_uris: ['https://shop.example/cb', 'com.example.shop:/cb'],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid photos:read',
      consent: 'ask',
    },
  },
  resources: {
    'https://photos.example.com': {
      name: 'Photo library',
      token_lifetime: '10m',
      scopes: {
        'photos:read': 'See your photos',
        'photos:upload': { title: { en: 'Add photos', de: 'Fotos hinzufügen' }, risk: 'high', optional: true },
      },
    },
  },
  people: [{ username: 'alice', email: 'alice@example.com', claims: { name: 'Alice', email_verified: true } }],
}

const yaml = `\
# yaml-language-server: $schema=./symbolon-config.json
$schema: ./symbolon-config.json
issuer: https://id.example.com/oauth
secret: { env: SYMBOLON_SECRET }
storage: sqlite:data/symbolon.db
name: Example
listen: { host: 0.0.0.0, port: 8443 }
trustProxy: [10.0.0.0/8]
locale: de
lifetimes: { accessToken: 5m, session: 3600, keptSession: 30d }
clients:
  print-shop:
    client_name: Print Shop
    client_name#de: Fotodruckerei
    client_secret: [{ file: ./shop-secret }, { env: SYMBOLON_SECRET }]
    redirect_uris: [https://shop.example/cb, 'com.example.shop:/cb']
    grant_types: [authorization_code, refresh_token]
    scope: openid photos:read
    consent: ask
resources:
  https://photos.example.com:
    name: Photo library
    token_lifetime: 10m
    scopes:
      photos:read: See your photos
      photos:upload:
        title: { en: Add photos, de: Fotos hinzufügen }
        risk: high
        optional: true
people:
  - username: alice
    email: alice@example.com
    claims: { name: Alice, email_verified: true }
`

describe('the three notations', () => {
  writeFileSync(join(folder, 'shop-secret'), 'v7Tq2Lx9Rb4Nc6Wd1Kf8Hm3Zs5Pj0Ya2\n')

  it('give the same configuration in YAML, JSON and TypeScript', async () => {
    const fromYaml = await load('a.yaml', yaml)
    const fromJson = await load('a.json', JSON.stringify(said, null, '\t'))
    const fromNamed = await load('a.ts', `export const config = ${JSON.stringify(said)}`)
    const fromDefault = await load('b.ts', `const config = ${JSON.stringify(said)}\nexport default config`)
    const { file: _, ...expected } = fromYaml
    for (const { file: _, ...other } of [fromJson, fromNamed, fromDefault]) assert.deepEqual(other, expected)
    assert.deepEqual(fromYaml.clients[0]?.client_secret, [
      'v7Tq2Lx9Rb4Nc6Wd1Kf8Hm3Zs5Pj0Ya2',
      'Zk3vQw8xN1pT6yLr0sBd5uHj9mCf2aGe',
    ])
    assert.equal(fromYaml.storage, `sqlite:${join(folder, 'data/symbolon.db')}`)
    assert.equal(fromYaml.lifetimes.accessToken, 300)
    assert.equal(fromYaml.lifetimes.keptSession, 30 * 86_400)
  })

  it('takes clients as a list, with client_id in each', async () => {
    const { 'print-shop': client } = said.clients
    const list = { ...said, clients: [{ client_id: 'print-shop', ...client }] }
    const { file: _a, ...asList } = await load('list.json', JSON.stringify(list))
    const { file: _b, ...asMap } = await load('map.json', JSON.stringify(said))
    assert.deepEqual(asList, asMap)
  })

  it('fills in the defaults that the endpoints have', async () => {
    const config = await load('least.yaml', 'issuer: https://id.example.com\nsecret: { env: SYMBOLON_SECRET }\n')
    assert.deepEqual(settingsOf(config), defaultSettings)
    assert.equal(config.storage, `sqlite:${join(folder, 'symbolon.db')}`)
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 4000, workers: 1, tls: undefined })
  })
})

describe('what is published of the schema', () => {
  const docs = new URL('../../../../docs/', import.meta.url)

  it('is the checked-in JSON schema', () => {
    assert.equal(readFileSync(new URL('schema/symbolon-config.json', docs), 'utf8'), writtenSchema())
  })

  it("is the documentation's tables", () => {
    const page = readFileSync(new URL('configuration.md', docs), 'utf8')
    assert.equal(withTables(page), page)
  })

  it('knows every key that stands in the example above', () => {
    const { properties } = jsonSchema() as { readonly properties: Readonly<Record<string, unknown>> }
    assert.deepEqual(
      Object.keys(said).filter((key) => !Object.hasOwn(properties, key)),
      [],
    )
  })
})
