import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clientFrom } from '../../src/client.ts'
import { clientView, grantedGroups, inLanguage, languageFor, personView, textOf } from '../../src/people/views.ts'
import { aClient, alice, photos } from '../support/front-channel/world.ts'

const asking = (change: { readonly query?: string; readonly cookie?: string; readonly accept?: string }) => ({
  query: new URLSearchParams(change.query),
  cookies: new Map(change.cookie === undefined ? [] : [['language', change.cookie]]),
  headers: { 'accept-language': change.accept },
})

describe('words from configuration', () => {
  for (const [text, locale, found] of [
    ['its own', 'de-AT', 'AT'],
    ['the language', 'de-CH', 'DE'],
    ['English', 'fr', 'EN'],
  ] as const) {
    it(`are taken in ${text} for ${locale}`, () => {
      assert.equal(inLanguage({ en: 'EN', de: 'DE', 'de-AT': 'AT' }, locale), found)
    })
  }

  it('that are empty are none', () => assert.equal(inLanguage({ en: '' }, 'en'), undefined))

  it('are in the language that was chosen, else asked for, else the browser’s', () => {
    assert.equal(languageFor(['fr'], asking({ query: 'ui_locales=de', cookie: 'it', accept: 'ja' }), 'en'), 'de')
    assert.equal(languageFor(['fr'], asking({ cookie: 'it', accept: 'ja' }), 'en'), 'it')
    assert.equal(languageFor(['fr'], asking({ accept: 'ja' }), 'en'), 'fr')
    assert.equal(languageFor([], asking({ accept: 'ja;q=0.9, en' }), 'en'), 'ja')
    assert.equal(languageFor([], asking({ accept: '*' }), 'en'), 'en')
    assert.equal(languageFor(['"><b>'], asking({}), 'en'), 'en')
  })
})

describe('an app', () => {
  const shown = (metadata: Readonly<Record<string, unknown>>) => {
    const record = { ...aClient('shop'), metadata }
    const { origin, logoUri, policyUri, tosUri } = clientView({ record, client: clientFrom(record) }, 'en')
    return { origin, shows: [logoUri, policyUri, tosUri] }
  }
  const hostShown = (metadata: Readonly<Record<string, unknown>>) => {
    const record = { ...aClient('shop'), metadata }
    return clientView({ record, client: clientFrom(record) }, 'en').host
  }
  const pages = (host: string) => ({
    redirect_uris: ['https://shop.example/callback'],
    logo_uri: `https://${host}/logo.png`,
    policy_uri: `https://${host}/policy`,
    tos_uri: `https://${host}/terms`,
  })

  it('links its pages in the language of the person (RFC 7591 §2.2)', () => {
    const record = {
      ...aClient('shop'),
      metadata: { policy_uri: 'https://a.example/en', 'policy_uri#de': 'https://a.example/de' },
    }
    const view = (locale: string) => clientView({ record, client: clientFrom(record) }, locale).policyUri
    assert.deepEqual([view('de-AT'), view('fr')], ['https://a.example/de', 'https://a.example/en'])
  })

  it('that nobody reviewed shows no picture and no page of somebody else (OpenID DCR §9.1; RFC 7591 §5) [OIDC-DCR-9.1-01] [OIDC-DCR-2-04] [RFC7591-5-03] [RFC7591-5-04]', () => {
    const stranger = { reviewed: false }
    assert.deepEqual(shown({ ...pages('bank.example'), ...stranger }), {
      origin: 'unreviewed',
      shows: [undefined, undefined, undefined],
    })
    const { shows } = shown({ ...pages('shop.example'), ...stranger })
    assert.deepEqual(shows, [
      'https://shop.example/logo.png',
      'https://shop.example/policy',
      'https://shop.example/terms',
    ])
    assert.equal(
      hostShown({ ...pages('shop.example'), ...stranger, client_uri: 'https://bank.example' }),
      'shop.example',
    )
    assert.deepEqual(shown(pages('cdn.example')).shows[0], 'https://cdn.example/logo.png')
    const [mine, theirs] = ['https://shop.example/callback', 'https://bank.example/callback']
    const both = { ...pages('bank.example'), ...stranger, redirect_uris: [theirs, mine] }
    const record = { ...aClient('shop'), metadata: both }
    const known = { record, client: clientFrom(record) }
    assert.equal(clientView(known, 'en', mine).logoUri, undefined)
    assert.equal(clientView(known, 'en').logoUri, undefined)
    assert.equal(clientView(known, 'en', theirs).logoUri, 'https://bank.example/logo.png')
    const written = { ...pages('bank.example'), ...stranger, redirect_uris: ['com.example.app://bank.example/cb'] }
    assert.equal(shown(written).shows[0], undefined)
    assert.equal(
      shown({ ...pages('shop.example'), ...stranger, redirect_uris: ['com.example.app:/cb'] }).shows[0],
      undefined,
    )
  })
})

describe('permissions', () => {
  it('stand with the account first, then from low to high risk, and a scope that is gone stands among them', () => {
    const scope = ['photos:delete', 'photos:read', 'openid', 'gone', 'offline_access']
    const groups = grantedGroups({ scope, resources: [photos], person: alice, locale: 'de' })
    assert.deepEqual(
      groups.map(({ resource, permissions }) => [resource?.name, permissions.map(({ scope }) => scope)]),
      [
        [undefined, ['openid', 'gone']],
        ['Photo Library', ['photos:read', 'photos:delete']],
      ],
    )
    assert.equal(groups[1]?.permissions[0]?.title, 'Darf photos:read')
  })

  it('show the real values that are shared, each once', () => {
    const person = {
      ...alice,
      claims: { name: 'Ada', nickname: 'Ada', updated_at: 5, address: { locality: 'Porto', country: 'PT' } },
    }
    const values = grantedGroups({ scope: ['profile', 'address'], resources: [], person, locale: 'en' })
    assert.deepEqual(
      values[0]?.permissions.map(({ values }) => values),
      [[{ claim: 'name', value: 'Ada' }], [{ claim: 'address', value: 'Porto, PT' }]],
    )
    assert.deepEqual(textOf({ formatted: 'Rua 1\nPorto', country: 'PT' }), ['Rua 1\nPorto'])
    assert.deepEqual(textOf(true), [])
  })

  it('name a person by what they are called, or their username', () => {
    assert.equal(personView({ ...alice, claims: { given_name: 'Ada' } }).name, 'Ada')
    assert.equal(personView({ ...alice, claims: {} }).name, 'alice')
    assert.equal(personView({ ...alice, email: null }).login, 'alice')
  })
})
