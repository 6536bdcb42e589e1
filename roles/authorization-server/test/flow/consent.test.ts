import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clientFrom } from '../../src/client.ts'
import { applyChoice, type ConsentSituation, decideConsent, rememberedAfter } from '../../src/flow/consent.ts'
import { aClient, callback, startOfTime as now, photos } from '../support/front-channel/world.ts'

interface Given {
  readonly scope?: readonly string[]
  readonly resources?: readonly string[]
  readonly before?: readonly string[]
  readonly prompt?: readonly string[]
  readonly redirectUri?: string
  readonly shown?: ConsentSituation['shown']
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly isPublic?: boolean
  readonly later?: number
}

const shown = { name: 'Print Shop', host: 'shop.example.com' }

const situation = (given: Given): ConsentSituation => ({
  request: {
    clientId: 'shop',
    redirectUri: given.redirectUri ?? callback,
    redirectUriSent: true,
    responseType: 'code',
    responseMode: 'query',
    state: null,
    scope: given.scope ?? ['openid', 'photos:read', 'photos:write', 'photos:delete', 'offline_access'],
    resources: given.resources ?? [photos.resource],
    codeChallenge: null,
    nonce: null,
    prompt: given.prompt ?? [],
    maxAge: null,
    loginHint: null,
    hintedPerson: null,
    hintProven: false,
    claims: null,
    uiLocales: [],
  },
  client: clientFrom({ ...aClient('shop', given.metadata), ...(given.isPublic && { secrets: [] }) }),
  resources: [photos],
  remembered:
    given.before === undefined
      ? undefined
      : {
          personId: 'person-alice',
          clientId: 'shop',
          scope: given.before,
          resources: [photos.resource],
          shown,
          createdAt: now,
          updatedAt: now,
        },
  shown: given.shown ?? shown,
  now: now + (given.later ?? 0),
})

const everything = ['openid', 'photos:read', 'photos:write', 'photos:delete', 'offline_access']

function question(given: Given) {
  const consent = decideConsent(situation(given))
  assert('question' in consent)
  return consent.question
}

const isAsked = (given: Given) => 'question' in decideConsent(situation(given))

describe('a consent', () => {
  const asked: readonly (readonly [why: string, given: Given, asked: boolean])[] = [
    ['nothing was allowed before', {}, true],
    ['all was allowed before', { before: everything }, false],
    ['more was allowed before than is asked now', { before: everything, scope: ['openid'] }, false],
    ['something is new', { before: ['openid', 'photos:read'] }, true],
    ['only an optional permission is new', { before: everything.slice(0, 4) }, true],
    ['the client asks for it', { before: everything, prompt: ['consent'] }, true],
    ['the name changed', { before: everything, shown: { ...shown, name: 'Other' } }, true],
    ['the address changed', { before: everything, shown: { ...shown, host: 'other.example' } }, true],
    [
      'a public client is on this computer (RFC 8252 §8.6) [RFC8252-8.6-01]',
      { before: everything, isPublic: true, redirectUri: 'http://127.0.0.1:5/cb' },
      true,
    ],
    [
      'a public client is an app (RFC 8252 §8.6) [RFC8252-8.6-01]',
      { before: everything, isPublic: true, redirectUri: 'com.example.app:/cb' },
      true,
    ],
    [
      'a public client is registered as native [RFC8252-8.6-01]',
      { before: everything, isPublic: true, metadata: { application_type: 'native' } },
      true,
    ],
    ['a public client is at a web address', { before: everything, isPublic: true }, false],
    [
      'a client with credentials is on this computer',
      { before: everything, redirectUri: 'http://127.0.0.1:5/cb' },
      false,
    ],
    [
      'the client leaves openid out, and would keep access that was to end (OpenID Connect Core §11)',
      { before: ['openid', 'photos:read'], scope: ['photos:read'] },
      true,
    ],
    ['it does so in silence', { before: ['openid', 'photos:read'], scope: ['photos:read'], prompt: ['none'] }, true],
    [
      'access may be kept as it was allowed',
      { before: ['photos:read', 'offline_access'], scope: ['photos:read'] },
      false,
    ],
    [
      'the client leaves openid out, and can not keep access',
      { before: ['openid', 'photos:read'], scope: ['photos:read'], metadata: { grant_types: ['authorization_code'] } },
      false,
    ],
    ['the client is first-party', { metadata: { consent: 'never' } }, false],
    [
      'the client is first-party, and anybody on this computer could say so (RFC 8252 §8.6) [RFC8252-8.6-01] (attack 53)',
      { metadata: { consent: 'never' }, isPublic: true, redirectUri: 'http://127.0.0.1:5/cb' },
      true,
    ],
    [
      'the request is silent and names a resource that nobody allowed (attack 43)',
      { before: ['openid', 'photos:read'], prompt: ['none'], resources: [photos.resource, 'https://other.example'] },
      true,
    ],
    ['what weighs heavy was allowed over a year ago', { before: everything, later: 366 * 86_400 }, true],
    ['what weighs heavy was allowed within a year', { before: everything, later: 365 * 86_400 }, false],
    [
      'what weighs little was allowed over a year ago',
      { before: everything, scope: ['openid'], later: 366 * 86_400 },
      false,
    ],
    [
      'the request is silent and only optional permissions are new',
      { before: ['openid', 'photos:read'], prompt: ['none'] },
      false,
    ],
    ['the request is silent and a needed permission is new', { before: ['openid'], prompt: ['none'] }, true],
    [
      'the request is silent and the name changed',
      { before: everything, prompt: ['none'], shown: { ...shown, name: 'Other' } },
      true,
    ],
  ]
  for (const [why, given, isDue] of asked) {
    it(`is ${isDue ? '' : 'not '}asked for when ${why}`, () => assert.equal(isAsked(given), isDue))
  }

  it('tells what is new from what was allowed already, and what is up to the person', () => {
    const { permissions, changed } = question({ before: ['openid', 'photos:write'] })
    assert.equal(changed, false)
    assert.deepEqual(
      permissions.map(({ scope, allowed, optional }) => [scope, allowed, optional]),
      [
        ['openid', true, false],
        ['photos:read', false, false],
        ['photos:write', true, true],
        ['photos:delete', false, true],
        ['offline_access', false, true],
      ],
    )
  })

  it('says when the name or the address is not the one that was allowed (attack 107)', () => {
    assert.equal(question({ before: everything, shown: { ...shown, host: 'evil.example' } }).changed, true)
  })

  it('grants what is needed and what was ticked, and nothing that was not asked for (RFC 6749 §3.3)', () => {
    const given = situation({})
    const ticked = ['photos:delete', 'admin', 'email']
    assert.deepEqual(applyChoice(given, question({}), ticked), {
      scope: ['openid', 'photos:read', 'photos:delete'],
      resources: [photos.resource],
      claims: null,
      declined: ['photos:write', 'offline_access'],
      lasts: false,
      asked: true,
    })
    assert.deepEqual(applyChoice(given, question({}), []), {
      scope: ['openid', 'photos:read'],
      resources: [photos.resource],
      claims: null,
      declined: ['photos:write', 'photos:delete', 'offline_access'],
      lasts: false,
      asked: true,
    })
  })

  it('grants lasting access only when it was ticked (OpenID Connect Core §11) [OIDC-Core-11-01] [OIDC-Core-11-02]', () => {
    const scope = ['openid', 'offline_access']
    const given = { scope, resources: [] }
    assert.deepEqual(applyChoice(situation(given), question(given), [])?.scope, ['openid'])
    assert.deepEqual(applyChoice(situation(given), question(given), ['offline_access'])?.scope, scope)
  })

  it('drops a resource of which nothing was granted, and keeps one that was named alone', () => {
    const given = { scope: ['openid', 'photos:write'] }
    assert.deepEqual(applyChoice(situation(given), question(given), [])?.resources, [])
    const named = { scope: ['openid'] }
    assert.deepEqual(applyChoice(situation(named), question(named), [])?.resources, [photos.resource])
  })

  it('that leaves nothing is none', () => {
    const given = { scope: ['photos:write'] }
    assert.equal(applyChoice(situation(given), question(given), []), undefined)
  })

  it('is no choice where a plain OAuth client keeps access anyway, though it asks for that by name', () => {
    const asked = (scope: readonly string[]) =>
      question({ scope }).permissions.find(({ scope }) => scope === 'offline_access')?.optional
    assert.deepEqual([asked(everything), asked(['photos:read', 'offline_access'])], [true, false])
  })

  it('is remembered with whether access may be kept, also of a client that has no name for it', () => {
    const plain = situation({ scope: ['photos:read'] })
    const granted = applyChoice(plain, question({ scope: ['photos:read'] }), [])
    assert(granted)
    assert.deepEqual(granted.scope, ['photos:read'])
    assert.deepEqual(rememberedAfter(granted, plain)?.scope, ['photos:read', 'offline_access'])
    const passing = situation({ scope: ['openid', 'photos:read'] })
    const short = applyChoice(passing, question({ scope: ['openid', 'photos:read'] }), [])
    assert.deepEqual(short && rememberedAfter(short, passing)?.scope, ['openid', 'photos:read'])
  })

  it('is forgotten for what the person unticks, so that no silent request gets it after all', () => {
    const again = { before: everything, prompt: ['consent'] }
    const granted = applyChoice(situation(again), question(again), ['photos:write', 'photos:delete'])
    assert(granted)
    const scope = everything.filter((one) => one !== 'offline_access')
    assert.deepEqual(rememberedAfter(granted, situation(again))?.scope, scope)
    const less = applyChoice(situation(again), question(again), [])
    assert.deepEqual(less && rememberedAfter(less, situation(again))?.scope, ['openid', 'photos:read'])
  })

  it('is forgotten, too, for a scope that tells the claim which the person unticks', () => {
    const before = ['openid', 'profile', 'email']
    const asked = situation({ before, scope: ['openid'], prompt: ['consent'] })
    const claims = { userinfo: { email: null, name: null }, idToken: {}, essential: [] }
    const again = { ...asked, request: { ...asked.request, claims } }
    const decision = decideConsent(again)
    assert('question' in decision)
    const granted = applyChoice(again, decision.question, ['"name"'])
    assert(granted)
    assert.deepEqual(rememberedAfter(granted, again)?.scope, ['openid', 'profile', '"name"'])
  })

  it('silently grants what was allowed before', () => {
    const consent = decideConsent(situation({ before: ['openid', 'photos:read'], prompt: ['none'] }))
    assert('granted' in consent)
    assert.deepEqual(consent.granted.scope, ['openid', 'photos:read'])
  })

  it('is remembered as the union, under the name that was shown, and not written when it says nothing new', () => {
    const before = situation({ before: ['openid', 'photos:write'] })
    const granted = (scope: readonly string[], asked = false) => ({
      ...{ scope, resources: [photos.resource], claims: null, asked },
    })
    const union = { scope: ['openid', 'photos:write', 'photos:read'], resources: [photos.resource], shown }
    assert.deepEqual(rememberedAfter(granted(['openid', 'photos:read']), before), union)
    assert.equal(rememberedAfter(granted(['openid']), before), undefined)
    assert.notEqual(rememberedAfter(granted(['openid'], true), before), undefined)
    const renamed = situation({ before: ['openid'], shown: { ...shown, name: 'New' } })
    assert.equal(rememberedAfter(granted(['openid']), renamed)?.shown.name, 'New')
  })

  it('that nobody was asked for is none once the client is first-party no longer', () => {
    const skipped = decideConsent(situation({ scope: everything, metadata: { consent: 'never' } }))
    assert('granted' in skipped)
    const first = rememberedAfter(skipped.granted, situation({}))
    assert(first)
    const remembered = { ...first, personId: 'person-alice', clientId: 'shop', createdAt: now, updatedAt: now }
    assert.equal(rememberedAfter(skipped.granted, { remembered, shown }), undefined, 'and is not written again')
    const later = decideConsent({ ...situation({ scope: everything }), remembered })
    assert('question' in later)
    assert(later.question.permissions.every(({ allowed }) => !allowed))
    assert.equal(later.question.changed, false)
    const answered = rememberedAfter(
      { scope: ['openid'], resources: [], claims: null, asked: true },
      { remembered, shown },
    )
    assert.deepEqual(answered, { scope: ['openid'], resources: [], shown })
  })
})
