/** Every kind of write: what a store says after it, and that another issuer's store says what it said before. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Store, Write } from '@symbolon/authorization-server/ports/store'
import * as a from '../samples.ts'
import { openFresh, type Place } from './place.ts'

interface Scenario {
  readonly given?: readonly Write[]
  readonly write: Write
  readonly see: (store: Store) => Promise<unknown>
  readonly seen: unknown
}

const { now } = a
const alice = { personId: 'alice-id', disabled: false }
const { flow, scope, claims, authTime } = a.grant
const standing = { flow, scope, claims, authTime, revokedAt: null }
const put = {
  client: { do: 'put-client', client: a.client },
  person: { do: 'put-person', person: a.person },
  session: { do: 'insert-session', session: a.session },
  sessionClient: {
    ...{ do: 'remember-client', sessionId: 'session-1', clientId: 'print-shop' },
    ...{ personId: 'alice-id', expiresAt: 5_000, usedAt: now, unreviewed: false, atExpiry: false },
  },
  consent: { do: 'put-consent', consent: a.consent },
  code: { do: 'insert-code', code: a.code },
  grant: { do: 'insert-grant', grant: a.grant },
  refreshToken: { do: 'insert-refresh-token', token: a.refreshToken },
  accessToken: { do: 'insert-access-token', token: a.accessToken },
  key: { do: 'insert-key', key: a.key },
} as const satisfies Record<string, Write>
const given = { sessionId: 'session-1', clientId: 'print-shop', attempts: 0 } as const
const announced: Write = {
  ...{ do: 'announce-logout', sessionId: 'session-1' },
  ...{ flow: a.logout.flow, now, announcedUntil: a.logout.expiresAt },
}
const invited: Write = { do: 'insert-invitation', invitation: a.invitation }
const registered: Write = { do: 'insert-registration', registration: a.registration }
const everything = Object.values(put)

const grantOf = async (store: Store) => (await store.grants.find('grant-1'))?.grant
const codeOf = async (store: Store) => (await store.codes.find('code-1'))?.code
const all = async (store: Store) => [
  await store.sessions.find('session-1'),
  await store.consents.find('alice-id', 'print-shop'),
  await store.codes.find('code-1'),
  await store.grants.find('grant-1'),
  await store.refreshTokens.find('refresh-1'),
  await store.accessTokens.find('access-1'),
]
const none = Array.from({ length: 6 }, () => undefined)

const scenarios: { readonly [Do in Write['do']]: Scenario & { readonly write: Extract<Write, { do: Do }> } } = {
  'redeem-code': {
    given: [put.code],
    write: { do: 'redeem-code', codeHash: 'code-1', now },
    see: codeOf,
    seen: { ...a.code, redeemedAt: now },
  },
  'rotate-refresh-token': {
    given: [put.grant, put.refreshToken],
    write: { do: 'rotate-refresh-token', tokenHash: 'refresh-1', successor: 'sealed', now },
    see: async (store) => (await store.refreshTokens.find('refresh-1'))?.token,
    seen: { ...a.refreshToken, rotatedAt: now, successor: 'sealed' },
  },
  'use-assertion': {
    write: { do: 'use-assertion', clientId: 'print-shop', jtiHash: 'jti-1', expiresAt: 2_000 },
    see: async (store) =>
      store.commit([{ do: 'use-assertion', clientId: 'print-shop', jtiHash: 'jti-1', expiresAt: 2_000 }]),
    seen: { committed: false, lost: 'use-assertion' },
  },
  'finish-interaction': {
    write: { do: 'finish-interaction', outcome: a.outcome },
    see: (store) => store.interactions.findOutcome('interaction-1'),
    seen: a.outcome,
  },
  'drop-outcomes': {
    given: [{ do: 'finish-interaction', outcome: a.outcome }],
    write: { do: 'drop-outcomes', interactionHashes: [a.outcome.interactionHash] },
    see: (store) => store.interactions.findOutcome('interaction-1'),
    seen: undefined,
  },
  claim: {
    given: [{ do: 'claim', name: 'keys', version: 0 }],
    write: { do: 'claim', name: 'keys', version: 1 },
    see: (store) => store.version('keys'),
    seen: 2,
  },
  'add-client': {
    write: { do: 'add-client', client: a.client },
    see: (store) => store.clients.find('print-shop'),
    seen: a.client,
  },
  'use-invitation': {
    given: [invited],
    write: { do: 'use-invitation', tokenHash: a.invitation.tokenHash, now: a.now },
    see: (store) => store.invitations.find(a.invitation.tokenHash),
    seen: { ...a.invitation, used: 1 },
  },
  'insert-invitation': {
    write: invited,
    see: (store) => store.invitations.list(),
    seen: [a.invitation],
  },
  'delete-invitation': {
    given: [invited],
    write: { do: 'delete-invitation', tokenHash: a.invitation.tokenHash },
    see: (store) => store.invitations.list(),
    seen: [],
  },
  'change-registration': {
    given: [registered],
    write: { do: 'change-registration', clientId: 'print-shop', version: 0 },
    see: (store) => store.registrations.find('print-shop'),
    seen: { ...a.registration, version: 1 },
  },
  'end-registration': {
    given: [registered],
    write: { do: 'end-registration', clientId: 'print-shop', tokenHash: a.registration.tokenHash },
    see: (store) => store.registrations.find('print-shop'),
    seen: undefined,
  },
  'end-unused-registration': {
    given: [registered],
    write: { do: 'end-unused-registration', clientId: 'print-shop', now: 3_000 },
    see: (store) => store.registrations.find('print-shop'),
    seen: undefined,
  },
  'insert-registration': {
    write: registered,
    see: (store) => store.registrations.find('print-shop'),
    seen: a.registration,
  },
  'keep-registration': {
    given: [registered],
    write: { do: 'keep-registration', clientId: 'print-shop', dueAt: 7_000 },
    see: (store) => store.registrations.find('print-shop'),
    seen: { ...a.registration, dueAt: 7_000 },
  },
  'add-consent': {
    write: { do: 'add-consent', consent: a.consent },
    see: (store) => store.consents.find('alice-id', 'print-shop'),
    seen: a.consent,
  },
  'replace-consent': {
    given: [put.consent],
    write: { do: 'replace-consent', consent: { ...a.consent, scope: ['openid'], updatedAt: now }, seen: a.consent },
    see: (store) => store.consents.find('alice-id', 'print-shop'),
    seen: { ...a.consent, scope: ['openid'], updatedAt: now },
  },
  'hold-consent': {
    given: [put.consent],
    write: { do: 'hold-consent', seen: a.consent },
    see: (store) => store.consents.find('alice-id', 'print-shop'),
    seen: a.consent,
  },
  'hold-session': {
    given: [put.session],
    write: { do: 'hold-session', sessionId: 'session-1' },
    see: (store) => store.sessions.find('session-1'),
    seen: a.session,
  },
  'put-client': { write: put.client, see: (store) => store.clients.find('print-shop'), seen: a.client },
  'delete-client': {
    given: everything,
    write: { do: 'delete-client', clientId: 'print-shop' },
    see: async (store) => [await store.clients.list(), (await all(store)).slice(1)],
    seen: [[], none.slice(1)],
  },
  'put-resource': {
    write: { do: 'put-resource', resource: a.resource },
    see: (store) => store.resources.list(),
    seen: [a.resource],
  },
  'delete-resource': {
    given: [{ do: 'put-resource', resource: a.resource }],
    write: { do: 'delete-resource', resource: a.resource.resource },
    see: (store) => store.resources.list(),
    seen: [],
  },
  'put-person': {
    write: put.person,
    see: async (store) => [await store.people.find('alice-id'), await store.people.list()],
    seen: [a.person, [a.person]],
  },
  'replace-password-hash': {
    given: [put.person],
    write: { do: 'replace-password-hash', personId: 'alice-id', from: '$argon2id$hash', to: 'stronger', now },
    see: (store) => store.people.find('alice-id'),
    seen: { ...a.person, passwordHash: 'stronger', updatedAt: now },
  },
  'delete-person': {
    given: everything,
    write: { do: 'delete-person', personId: 'alice-id', now, announcedUntil: 9_000 },
    see: async (store) => [await store.people.list(), await all(store)],
    seen: [[], none],
  },
  'insert-session': { write: put.session, see: (store) => store.sessions.find('session-1'), seen: a.session },
  'touch-session': {
    given: [put.session],
    write: { do: 'touch-session', sessionId: 'session-1', lastSeenAt: 1_100, expiresAt: 6_000 },
    see: (store) => store.sessions.find('session-1'),
    seen: { ...a.session, lastSeenAt: 1_100, expiresAt: 6_000 },
  },
  'end-session': {
    given: [put.session],
    write: { do: 'end-session', sessionId: 'session-1', now },
    see: (store) => store.sessions.find('session-1'),
    seen: { ...a.session, endedAt: now },
  },
  'remember-client': {
    write: put.sessionClient,
    see: (store) => store.logouts.clientsOf('session-1'),
    seen: [{ clientId: 'print-shop', usedAt: now, unreviewed: false }],
  },
  'announce-logout': {
    given: [put.sessionClient],
    write: announced,
    see: (store) => store.logouts.ofSession('session-1'),
    seen: [a.logout],
  },
  'claim-logout': {
    given: [put.sessionClient, announced],
    write: { do: 'claim-logout', sessionId: 'session-1', clientId: 'print-shop', attempts: 0, dueAt: 1_030 },
    see: (store) => store.logouts.due({ now: 1_030, limit: 9, unreviewed: false }),
    seen: [{ ...a.logout, attempts: 1, dueAt: 1_030 }],
  },
  'announce-again': {
    given: [put.sessionClient, announced, { do: 'note-logout', ...given, dueAt: null, failedAt: now, problem: 'deaf' }],
    write: { do: 'announce-again', sessionId: 'session-1', clientId: 'print-shop', dueAt: 1_005 },
    see: (store) => store.logouts.ofSession('session-1'),
    seen: [{ ...a.logout, dueAt: 1_005 }],
  },
  'note-logout': {
    given: [put.sessionClient, announced],
    write: {
      ...{ do: 'note-logout', sessionId: 'session-1', clientId: 'print-shop', attempts: 0 },
      ...{ dueAt: null, failedAt: 1_100, problem: 'unreachable' },
    },
    see: async (store) => [
      await store.logouts.list(9),
      await store.logouts.due({ now: 9_999, limit: 9, unreviewed: false }),
    ],
    seen: [[{ ...a.logout, dueAt: null, failedAt: 1_100, problem: 'unreachable' }], []],
  },
  'put-off-logouts': {
    given: [put.sessionClient, announced],
    write: { do: 'put-off-logouts', clientId: 'print-shop', now, dueAt: 1_010 },
    see: (store) => store.logouts.ofSession('session-1'),
    seen: [{ ...a.logout, dueAt: 1_010 }],
  },
  'give-up-logouts': {
    given: [
      ...[put.sessionClient, announced],
      { do: 'claim-logout', sessionId: 'session-1', clientId: 'print-shop', attempts: 0, dueAt: now },
    ],
    write: { do: 'give-up-logouts', clientId: 'print-shop', announcedUpTo: now, now, problem: 'deaf' },
    see: (store) => store.logouts.ofSession('session-1'),
    seen: [{ ...a.logout, attempts: 1, dueAt: null, failedAt: now, problem: 'deaf' }],
  },
  'move-sessions': {
    given: [put.session],
    write: { do: 'move-sessions', from: 'browser-1', to: 'browser-2' },
    see: (store) => store.sessions.find('session-1'),
    seen: { ...a.session, browserHash: 'browser-2' },
  },
  'put-consent': {
    write: put.consent,
    see: (store) => store.consents.find('alice-id', 'print-shop'),
    seen: a.consent,
  },
  'delete-consent': {
    given: [put.consent],
    write: { do: 'delete-consent', personId: 'alice-id', clientId: 'print-shop' },
    see: (store) => store.consents.ofPerson('alice-id'),
    seen: [],
  },
  'insert-code': {
    given: [put.person],
    write: put.code,
    see: (store) => store.codes.find('code-1'),
    seen: { code: a.code, person: alice },
  },
  'insert-grant': {
    given: [put.person],
    write: put.grant,
    see: (store) => store.grants.find('grant-1'),
    seen: { grant: a.grant, person: alice },
  },
  'touch-grant': {
    given: [put.grant],
    write: { do: 'touch-grant', grantId: 'grant-1', lastUsedAt: 1_200, expiresAt: 9_900 },
    see: grantOf,
    seen: { ...a.grant, lastUsedAt: 1_200, expiresAt: 9_900 },
  },
  'narrow-grant': {
    given: [put.grant],
    write: { do: 'narrow-grant', grantId: 'grant-1', scope: ['openid'], claims: null },
    see: grantOf,
    seen: { ...a.grant, scope: ['openid'], claims: null },
  },
  'revoke-grant': {
    given: [put.grant],
    write: { do: 'revoke-grant', grantId: 'grant-1', now },
    see: grantOf,
    seen: { ...a.grant, revokedAt: now },
  },
  'revoke-grants-of': {
    given: [put.grant],
    write: { do: 'revoke-grants-of', personId: 'alice-id', clientId: 'print-shop', now },
    see: grantOf,
    seen: { ...a.grant, revokedAt: now },
  },
  'revoke-codes-of': {
    given: [put.person, put.code],
    write: { do: 'revoke-codes-of', personId: 'alice-id', clientId: 'print-shop', now },
    see: (store) => store.codes.find('code-1'),
    seen: { code: { ...a.code, redeemedAt: now }, person: alice },
  },
  'revoke-grants-of-session': {
    given: [put.grant],
    write: { do: 'revoke-grants-of-session', sessionId: 'session-1', personId: 'alice-id', now },
    see: grantOf,
    seen: { ...a.grant, revokedAt: now },
  },
  'drop-codes': {
    given: [put.person, put.code],
    write: { do: 'drop-codes', codeHashes: ['code-1'] },
    see: (store) => store.codes.find('code-1'),
    seen: undefined,
  },
  'drop-grants': {
    given: [put.person, put.grant, put.accessToken],
    write: { do: 'drop-grants', grantIds: ['grant-1'], tokenHashes: ['access-1'] },
    see: async (store) => [await grantOf(store), await store.accessTokens.find('access-1')],
    seen: [undefined, undefined],
  },
  'insert-refresh-token': {
    given: [put.person, put.grant],
    write: put.refreshToken,
    see: (store) => store.refreshTokens.find('refresh-1'),
    seen: { token: a.refreshToken, grant: a.grant, person: alice },
  },
  'touch-refresh-token': {
    given: [put.grant, put.refreshToken],
    write: { do: 'touch-refresh-token', tokenHash: 'refresh-1', expiresAt: 8_800 },
    see: async (store) => (await store.refreshTokens.find('refresh-1'))?.token,
    seen: { ...a.refreshToken, expiresAt: 8_800 },
  },
  'insert-access-token': {
    given: [put.person, put.grant],
    write: put.accessToken,
    see: (store) => store.accessTokens.find('access-1'),
    seen: { token: a.accessToken, grant: standing, person: alice },
  },
  'revoke-access-token': {
    given: [put.grant, put.accessToken],
    write: { do: 'revoke-access-token', tokenHash: 'access-1' },
    see: (store) => store.accessTokens.find('access-1'),
    seen: undefined,
  },
  'revoke-jti': {
    write: { do: 'revoke-jti', jti: 'jti-1', expiresAt: 2_000 },
    see: (store) => store.accessTokens.isRevoked('jti-1'),
    seen: true,
  },
  'insert-key': { write: put.key, see: (store) => store.keys.list(), seen: [a.key] },
  'update-key': {
    given: [put.key],
    write: { do: 'update-key', kid: 'key-1', activeAt: 750, retiredAt: 1_500, removedAt: 2_500 },
    see: (store) => store.keys.list(),
    seen: [{ ...a.key, activeAt: 750, retiredAt: 1_500, removedAt: 2_500 }],
  },
  'delete-key': {
    given: [put.key],
    write: { do: 'delete-key', kid: 'key-1' },
    see: (store) => store.keys.list(),
    seen: [],
  },
  'count-failure': {
    given: [{ do: 'count-failure', key: 'alice', now: 900, expiresAt: 1_800 }],
    write: { do: 'count-failure', key: 'alice', now, expiresAt: 1_900 },
    see: (store) => store.throttles.find(['alice', 'nobody']),
    seen: [{ key: 'alice', failures: 2, lastFailureAt: now, expiresAt: 1_900 }],
  },
  'clear-failures': {
    given: [{ do: 'count-failure', key: 'alice', now, expiresAt: 1_900 }],
    write: { do: 'clear-failures', key: 'alice' },
    see: (store) => store.throttles.find(['alice']),
    seen: [],
  },
}

const changesNothing = (name: string) => name.startsWith('hold-')

export function writes(place: Place): void {
  describe('each write', () => {
    for (const [name, { given = [], write, see, seen }] of Object.entries(scenarios)) {
      it(`${name} does what it says, and to its own issuer only`, async () => {
        await using storage = await openFresh(place)
        const { store: own, other } = storage
        assert.deepEqual(await own.commit(given), { committed: true })
        assert.deepEqual(await other.commit(given), { committed: true })
        const before = await see(other)
        if (!changesNothing(name)) assert.notDeepEqual(before, seen)

        assert.deepEqual(await own.commit([write]), { committed: true })
        assert.deepEqual(await see(own), seen)
        // What `use-assertion` shows is itself a first use, so the other issuer's has been seen above.
        if (name !== 'use-assertion') assert.deepEqual(await see(other), before)
      })
    }
  })
}
