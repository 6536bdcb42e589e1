import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { clientFrom } from '../../src/client.ts'
import type { AuthorizationRequest } from '../../src/flow/1-authorization-request.ts'
import {
  decideNextStep,
  mayChooseAccount,
  noFacts,
  type SignedIn,
  type Situation,
} from '../../src/flow/2-user-authorization.ts'
import type { ConsentRecord } from '../../src/ports/records.ts'
import { aClient, alice, aPerson, bob, callback, startOfTime as now, photos } from '../support/front-channel/world.ts'

const request: AuthorizationRequest = {
  clientId: 'shop',
  redirectUri: callback,
  redirectUriSent: true,
  responseType: 'code',
  responseMode: 'query',
  state: null,
  scope: ['openid', 'email', 'photos:read'],
  resources: [photos.resource],
  codeChallenge: null,
  nonce: null,
  prompt: [],
  maxAge: null,
  loginHint: null,
  hintedPerson: null,
  hintProven: true,
  claims: null,
  uiLocales: [],
}

const signedIn = (person: typeof alice, authTime = now - 100): SignedIn => ({
  person,
  session: {
    sessionId: `session-of-${person.username}`,
    browserHash: 'browser',
    personId: person.personId,
    authTime,
    amr: ['pwd'],
    userAgent: '',
    createdAt: authTime,
    lastSeenAt: authTime,
    expiresAt: now + 1_000,
    endedAt: null,
  },
})

const shown = { name: 'Print Shop', host: 'shop.example.com' }

const allowed = (person: typeof alice, scope = request.scope): readonly [string, ConsentRecord] => [
  person.personId,
  {
    personId: person.personId,
    clientId: 'shop',
    scope,
    resources: request.resources,
    shown,
    createdAt: now,
    updatedAt: now,
  },
]

interface Given {
  readonly request?: Partial<AuthorizationRequest>
  readonly people?: readonly SignedIn[]
  readonly facts?: Partial<Situation['facts']>
  readonly consents?: readonly (readonly [string, ConsentRecord])[]
  readonly hinted?: typeof alice
  readonly metadata?: Readonly<Record<string, unknown>>
}

const situation = (given: Given = {}): Situation => ({
  request: { ...request, ...given.request },
  client: clientFrom(aClient('shop', given.metadata)),
  resources: [photos],
  people: given.people ?? [],
  hinted: given.hinted,
  consents: new Map(given.consents ?? []),
  facts: { ...noFacts, ...given.facts },
  now,
  shown,
})

const a = signedIn(alice)
const b = signedIn(bob)
const known = [allowed(alice), allowed(bob)]
const ofAlice = 'session-of-alice'
const carol = aPerson('person-carol', 'carol')
const isPublic = { token_endpoint_auth_method: 'none' }

const rows: readonly (readonly [title: string, given: Given, next: string])[] = [
  // nobody is signed in
  ['asks nobody known to sign in [OIDC-Core-3.1.2.3-01] [RFC6749-3.1-01] [OAuth2.1-3.1-01]', {}, 'sign-in'],
  ['goes straight to sign-in when there is nobody to select', { request: { prompt: ['select_account'] } }, 'sign-in'],
  ['fills in the login that is hinted', { request: { loginHint: 'alice' } }, 'sign-in as alice'],
  [
    'asks whom the hint names, and only them',
    { request: { hintedPerson: 'person-alice' }, hinted: alice },
    'sign-in as alice@example.com only',
  ],
  [
    'refuses when whom the hint names is gone [OIDC-Core-3.1.2.2-02]',
    { request: { hintedPerson: 'person-gone' } },
    'refused login_required',
  ],
  [
    'refuses silently what would need a page: making an account',
    { request: { prompt: ['create', 'none'] } },
    'refused login_required',
  ],
  [
    'makes an account when the client asks for one [OIDC-PromptCreate-4-01]',
    { request: { prompt: ['create'] } },
    'sign-up',
  ],
  ['makes one beside others', { people: [a], consents: known, request: { prompt: ['create'] } }, 'sign-up'],
  [
    'signs in instead when the person has one',
    { request: { prompt: ['create'] }, facts: { another: true } },
    'sign-in as ',
  ],
  [
    'goes on with the account that was made, and asks for no sign-in again',
    {
      people: [a],
      consents: known,
      request: { prompt: ['create', 'login'] },
      facts: { signedIn: ofAlice, chosen: ofAlice },
    },
    'done as alice',
  ],
  [
    'refuses when whom the hint names is turned off',
    { request: { hintedPerson: 'person-alice' }, hinted: { ...alice, disabled: true } },
    'refused login_required',
  ],
  [
    'is silent: nobody is signed in [OIDC-Core-3.1.2.1-05]',
    { request: { prompt: ['none'] } },
    'refused login_required',
  ],

  // one person is signed in
  ['asks for consent [OIDC-Core-3.1.2.4-01]', { people: [a] }, 'consent as alice'],
  ['is done when all was allowed before', { people: [a], consents: known }, 'done as alice'],
  [
    'is silent and done [OIDC-Core-3.1.2.3-01]',
    { people: [a], consents: known, request: { prompt: ['none'] } },
    'done as alice',
  ],
  [
    'is silent: consent is missing [OIDC-Core-3.1.2.1-05]',
    { people: [a], request: { prompt: ['none'] } },
    'refused consent_required',
  ],
  [
    'asks again for prompt=consent [OIDC-Core-3.1.2.1-07]',
    { people: [a], consents: known, request: { prompt: ['consent'] } },
    'consent as alice',
  ],
  [
    'lets select for prompt=select_account [OIDC-Core-3.1.2.1-07]',
    { people: [a], consents: known, request: { prompt: ['select_account'] } },
    'account',
  ],
  [
    'goes on with whom was selected',
    { people: [a], consents: known, request: { prompt: ['select_account'] }, facts: { chosen: ofAlice } },
    'done as alice',
  ],
  [
    'confirms for prompt=login [OIDC-Core-3.1.2.1-06]',
    { people: [a], consents: known, request: { prompt: ['login'] } },
    'sign-in as alice@example.com only',
  ],
  [
    'is done once they signed in here',
    { people: [a], consents: known, request: { prompt: ['login'] }, facts: { chosen: ofAlice, signedIn: ofAlice } },
    'done as alice',
  ],
  [
    'is not deceived by another session begun here',
    {
      people: [a],
      consents: known,
      request: { prompt: ['login'] },
      facts: { chosen: ofAlice, signedIn: 'session-of-bob' },
    },
    'sign-in as alice@example.com only',
  ],
  [
    'confirms when the sign-in is older than max_age [OIDC-Core-3.1.2.1-08]',
    { people: [a], consents: known, request: { maxAge: 99 } },
    'sign-in as alice@example.com only',
  ],
  [
    'does not when it is as old as max_age',
    { people: [a], consents: known, request: { maxAge: 100 } },
    'done as alice',
  ],
  [
    'confirms for max_age=0 even in the same second',
    { people: [signedIn(alice, now)], consents: known, request: { maxAge: 0 } },
    'sign-in as alice@example.com only',
  ],
  [
    'is silent: the sign-in is too old [OIDC-Core-3.1.2.1-08]',
    { people: [a], consents: known, request: { prompt: ['none'], maxAge: 99 } },
    'refused login_required',
  ],
  [
    'takes whom the hint names',
    { people: [a], consents: known, request: { hintedPerson: 'person-alice' }, hinted: alice },
    'done as alice',
  ],
  [
    'is silent and takes whom the hint names',
    { people: [b, a], consents: known, request: { prompt: ['none'], hintedPerson: 'person-alice' }, hinted: alice },
    'done as alice',
  ],
  [
    'never answers for another than whom the hint names [OIDC-Core-3.1.2.1-10] [OIDC-Core-3.1.2.2-02]',
    { people: [b], consents: known, request: { prompt: ['none'], hintedPerson: 'person-alice' }, hinted: alice },
    'refused login_required',
  ],
  [
    'never lets another be chosen than whom the hint names [OIDC-Core-3.1.2.2-02]',
    {
      people: [b],
      consents: known,
      request: { hintedPerson: 'person-alice' },
      hinted: alice,
      facts: { chosen: 'session-of-bob' },
    },
    'sign-in as alice@example.com only',
  ],
  [
    'takes whom login_hint names, by username or email',
    { people: [b, a], consents: known, request: { loginHint: ' ALICE@example.com ' } },
    'done as alice',
  ],
  [
    'asks when login_hint names somebody else',
    { people: [a], consents: known, request: { loginHint: 'carol' } },
    'account',
  ],
  [
    'is silent: login_hint names somebody else',
    { people: [a], consents: known, request: { prompt: ['none'], loginHint: 'carol' } },
    'refused login_required',
  ],
  [
    'lets somebody else sign in who asked to',
    { people: [a], consents: known, facts: { another: true } },
    'sign-in as ',
  ],

  // several are
  ['lets choose among several', { people: [a, b], consents: known }, 'account'],
  [
    'goes on with whom was chosen',
    { people: [a, b], consents: known, facts: { chosen: 'session-of-bob' } },
    'done as bob',
  ],
  [
    'lets choose again when whom was chosen has left',
    { people: [a, b], consents: known, facts: { chosen: 'session-gone' } },
    'account',
  ],
  [
    'is silent: several are signed in [OIDC-Core-3.1.2.1-05]',
    { people: [a, b], consents: known, request: { prompt: ['none'] } },
    'refused account_selection_required',
  ],

  // consent is not asked for
  ['asks nobody for a first-party app', { people: [a], metadata: { consent: 'never' } }, 'done as alice'],
  ['still asks to sign in for a first-party app', { metadata: { consent: 'never' } }, 'sign-in'],
]

function tell(given: Given): string {
  const next = decideNextStep(situation(given))
  if (next.step === 'refused') return `refused ${next.reason}`
  if (next.step === 'account' || next.step === 'sign-up') return next.step
  if (next.step !== 'sign-in') return `${next.step} as ${next.as.person.username}`
  if (next.person) return `sign-in as ${next.login} only`
  return next.login !== '' || given.facts?.another ? `sign-in as ${next.login}` : 'sign-in'
}

describe('the next step', () => {
  for (const [title, given, next] of rows) it(title, () => assert.equal(tell(given), next))

  it('never is a page for prompt=none, and a code only for somebody signed in who allowed it, whatever the facts (attack 104) (attack 106)', () => {
    const flag = fc.boolean()
    const some = <Value>(...values: Value[]) => fc.constantFrom(...values)
    const given = fc.record({
      prompt: fc.subarray(['login', 'consent', 'select_account']),
      silent: flag,
      maxAge: some(null, 0, 50, 1_000),
      loginHint: some(null, 'alice', 'bob', 'carol'),
      hinted: some(null, 'person-alice', 'person-bob', 'person-gone'),
      people: fc.subarray([a, b]),
      consents: fc.subarray(known),
      chosen: some(null, ofAlice, 'session-of-bob', 'session-gone'),
      signedIn: some(null, ofAlice, 'session-of-bob'),
      another: flag,
    })
    fc.assert(
      fc.property(given, (one) => {
        const { prompt, silent, maxAge, loginHint, people, consents, chosen, another } = one
        const given = situation({
          request: { prompt: silent ? ['none'] : prompt, maxAge, loginHint, hintedPerson: one.hinted },
          people,
          consents,
          facts: { chosen, signedIn: one.signedIn, another },
          ...(one.hinted === 'person-alice' ? { hinted: alice } : one.hinted === 'person-bob' ? { hinted: bob } : {}),
        })
        const next = decideNextStep(given)
        if (silent) assert(next.step === 'done' || next.step === 'refused')
        else assert(next.step !== 'refused' || next.reason === 'login_required')
        if (next.step === 'account') assert(mayChooseAccount(given))
        if (next.step === 'consent' || next.step === 'done') {
          assert(people.includes(next.as))
          assert(one.hinted === null || next.as.person.personId === one.hinted)
          if (!silent && prompt.includes('login')) assert.equal(one.signedIn, next.as.session.sessionId)
        }
        if (next.step === 'done') {
          const consent = consents.find(([personId]) => personId === next.as.person.personId)?.[1]
          assert(next.granted.scope.every((scope) => consent?.scope.includes(scope)))
          assert(!prompt.includes('consent') || silent)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('tells a silent guess of a person, by login or by sub, nothing that the client would not hear without it (OpenID Connect Core §3.1.2.6, §5.5.1)', () => {
    const given = fc.record({
      maxAge: fc.constantFrom(null, 0, 50, 1_000),
      people: fc.subarray([a, b, signedIn(carol)]),
      consents: fc.subarray([allowed(bob), allowed(carol)]),
      metadata: fc.constantFrom(
        {},
        { consent: 'never' },
        { consent: 'never', application_type: 'native', ...isPublic },
      ),
    })
    fc.assert(
      fc.property(given, ({ maxAge, ...given }) => {
        const silent = { prompt: ['none'], maxAge, hintProven: false }
        const alone = given.people.length === 1 && given.metadata.consent === 'never'
        const unguessed = tell({ ...given, request: silent })
        for (const [right, wrong] of [
          [{ loginHint: 'alice' }, { loginHint: 'nobody' }],
          [{ hintedPerson: 'person-alice' }, { hintedPerson: 'person-nobody' }],
        ] as const) {
          const heard = tell({ ...given, request: { ...silent, ...right } })
          const expected = tell({ ...given, request: { ...silent, ...wrong } })
          assert(heard === expected || (alone && heard === unguessed), `${heard}, not ${expected}`)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('finds by a silent guess whom the client knows, and for a first-party app whoever is alone there', () => {
    const guess = { prompt: ['none'], hintProven: false, hintedPerson: 'person-alice' }
    const never = { consent: 'never' }
    assert.equal(tell({ people: [b, a], consents: known, request: guess }), 'done as alice')
    assert.equal(tell({ people: [a], metadata: never, request: guess }), 'done as alice')
    assert.equal(tell({ people: [b, a], consents: known, metadata: never, request: guess }), 'done as alice')
    const pretended = { ...never, application_type: 'native', ...isPublic }
    assert.equal(tell({ people: [a], consents: known, metadata: pretended, request: guess }), 'refused login_required')
  })

  it('leads to the end from anywhere, if the person does what the page asks (attack 106)', () => {
    const given = fc.record({
      prompt: fc.subarray(['login', 'consent', 'select_account']),
      maxAge: fc.constantFrom(null, 0, 50),
      loginHint: fc.constantFrom(null, 'alice', 'carol'),
      hintedPerson: fc.constantFrom(null, 'person-alice'),
      people: fc.subarray([a, b]),
      consents: fc.subarray(known),
      chosen: fc.constantFrom(null, ofAlice, 'session-gone'),
      another: fc.boolean(),
    })
    fc.assert(
      fc.property(given, ({ people, consents, chosen, another, ...request }) => {
        let current = situation({ request, people, consents, facts: { chosen, another }, hinted: alice })
        const steps: string[] = []
        for (let turn = 0; turn < 4; turn++) {
          const next = decideNextStep(current)
          steps.push(next.step)
          if (next.step === 'done' || next.step === 'consent') return
          assert(next.step !== 'refused')
          if (next.step === 'account') {
            const [first] = current.people
            assert(first)
            current = { ...current, facts: { ...current.facts, chosen: first.session.sessionId, another: false } }
          } else {
            const person = (next.step === 'sign-in' ? next.person : undefined) ?? bob
            const session = { ...signedIn(person, now).session, sessionId: `new-${turn}` }
            const others = current.people.filter((one) => one.person.personId !== person.personId)
            const facts = { chosen: session.sessionId, signedIn: session.sessionId, another: false }
            current = { ...current, people: [{ person, session }, ...others], facts }
          }
        }
        assert.fail(`No end in sight: ${steps.join(', ')}`)
      }),
    )
  })
})
