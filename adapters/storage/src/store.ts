/** The store of one issuer: each read a statement, each commit a plan of statements, all within `issuer_id`. */

import { loginKey } from '@symbolon/authorization-server/people/login-key'
import type { Store } from '@symbolon/authorization-server/ports/store'
import { plan, spentBy } from './commit.ts'
import { eventsIn, summaries } from './flow-batches.ts'
import { type FlowRoom, flowRoom } from './flow-room.ts'
import { registryOf } from './registry.ts'
import { rememberLast } from './remember.ts'
import { type Sql, scopedTo } from './sql.ts'
import {
  accessTokenRecord,
  findAccessToken,
  findAccessTokenWithProfile,
  findRevokedJti,
  grantStanding,
} from './statements/access-tokens.ts'
import { clientRecord, findClient, listClients } from './statements/clients.ts'
import { codeRecord, findCode } from './statements/codes.ts'
import { consentRecord, consentsOfPerson, findConsent } from './statements/consents.ts'
import { batchesWithFlow, headsOfBatches } from './statements/flows.ts'
import { findGrant, findGrantWithProfile, grantRecord, grantsOfPerson } from './statements/grants.ts'
import { findOutcome, outcomeRecord } from './statements/interaction-outcomes.ts'
import { findInvitation, invitationRecord, listInvitations } from './statements/invitations.ts'
import { dueLogouts, listLogouts, logoutRecord, logoutsOfSession } from './statements/logout-deliveries.ts'
import { findPerson, findPersonByLogin, listPeople, personRecord } from './statements/people.ts'
import { personProfile, personStatus } from './statements/profiles.ts'
import { findRefreshToken, refreshTokenRecord } from './statements/refresh-tokens.ts'
import { dueRegistrations, findRegistration, registrationRecord } from './statements/registrations.ts'
import { listResources, resourceRecord } from './statements/resources.ts'
import { clientsOfSession, sessionClientRecord } from './statements/session-clients.ts'
import { findSession, knownSession, sessionRecord, sessionsOfBrowser, sessionsOfPerson } from './statements/sessions.ts'
import { keyRecord, listKeys } from './statements/signing-keys.ts'
import { findThrottles, keysAtOnce, throttleRecord } from './statements/throttles.ts'
import { findVersion } from './statements/versions.ts'

interface Scope {
  readonly issuerId: string
  readonly room: FlowRoom
}

export function storeOf(database: Sql, { issuerId, room }: Scope): Store {
  const sql = scopedTo(database, issuerId)
  const append = flowRoom(room)
  const sessionOf = rememberLast(knownSession, (row) => `${row.session_id} ${row.consent_client_id}`)
  return {
    registry: registryOf(sql),
    clients: {
      find: async (clientId) => maybe(await sql.one(findClient, { client_id: clientId }), clientRecord),
      list: async () => (await sql.many(listClients, {})).map(clientRecord),
    },
    registrations: {
      find: async (clientId) => maybe(await sql.one(findRegistration, { client_id: clientId }), registrationRecord),
      due: async (now, limit) => (await sql.many(dueRegistrations, { now, limit })).map(({ client_id }) => client_id),
    },
    invitations: {
      find: async (tokenHash) => maybe(await sql.one(findInvitation, { token_hash: tokenHash }), invitationRecord),
      list: async () => (await sql.many(listInvitations, {})).map(invitationRecord),
    },
    resources: { list: async () => (await sql.many(listResources, {})).map(resourceRecord) },
    people: {
      find: async (personId) => maybe(await sql.one(findPerson, { person_id: personId }), personRecord),
      findByLogin: async (login) =>
        maybe(await sql.one(findPersonByLogin, { login_key: loginKey(login) }), personRecord),
      list: async () => (await sql.many(listPeople, {})).map(personRecord),
    },
    sessions: {
      ofBrowser: async (browserHash, now, clientId = '') =>
        (await sql.many(sessionsOfBrowser, { browser_hash: browserHash, client_id: clientId, now })).map(sessionOf),
      ofPerson: async (personId, now) =>
        (await sql.many(sessionsOfPerson, { person_id: personId, now })).map(sessionRecord),
      find: async (sessionId) => maybe(await sql.one(findSession, { session_id: sessionId }), sessionRecord),
    },
    consents: {
      find: async (personId, clientId) =>
        maybe(await sql.one(findConsent, { person_id: personId, client_id: clientId }), consentRecord),
      ofPerson: async (personId) => (await sql.many(consentsOfPerson, { person_id: personId })).map(consentRecord),
    },
    interactions: {
      findOutcome: async (interactionHash) =>
        maybe(await sql.one(findOutcome, { interaction_hash: interactionHash }), outcomeRecord),
    },
    codes: {
      find: async (codeHash) =>
        maybe(await sql.one(findCode, { code_hash: codeHash }), (row) => ({
          code: codeRecord(row),
          person: personStatus(row),
        })),
    },
    grants: {
      find: async (grantId) =>
        maybe(await sql.one(findGrant, { grant_id: grantId }), (row) => ({
          grant: grantRecord(row),
          person: personStatus(row),
        })),
      findWithProfile: async (grantId) =>
        maybe(await sql.one(findGrantWithProfile, { grant_id: grantId }), (row) => ({
          grant: grantRecord(row),
          person: personProfile(row),
        })),
      ofPerson: async (personId, now) =>
        (await sql.many(grantsOfPerson, { person_id: personId, now })).map(grantRecord),
    },
    refreshTokens: {
      find: async (tokenHash) =>
        maybe(await sql.one(findRefreshToken, { token_hash: tokenHash }), (row) => ({
          token: refreshTokenRecord(row),
          grant: grantRecord(row),
          person: personStatus(row),
        })),
    },
    accessTokens: {
      find: async (tokenHash) =>
        maybe(await sql.one(findAccessToken, { token_hash: tokenHash }), (row) => ({
          token: accessTokenRecord(row),
          grant: grantStanding(row),
          person: personStatus(row),
        })),
      findWithProfile: async (tokenHash) =>
        maybe(await sql.one(findAccessTokenWithProfile, { token_hash: tokenHash }), (row) => ({
          token: accessTokenRecord(row),
          grant: grantStanding(row),
          person: personProfile(row),
        })),
      isRevoked: async (jti) => (await sql.one(findRevokedJti, { jti })) !== undefined,
    },
    keys: { list: async () => (await sql.many(listKeys, {})).map(keyRecord) },
    logouts: {
      clientsOf: async (sessionId) =>
        (await sql.many(clientsOfSession, { session_id: sessionId })).map(sessionClientRecord),
      ofSession: async (sessionId) => (await sql.many(logoutsOfSession, { session_id: sessionId })).map(logoutRecord),
      due: async ({ now, limit, unreviewed }) =>
        (await sql.many(dueLogouts, { now, limit, unreviewed: unreviewed ? 1 : 0 })).map(logoutRecord),
      list: async (limit) => (await sql.many(listLogouts, { limit })).map(logoutRecord),
    },
    throttles: {
      find: async (keys) => {
        const found = await Promise.all(chunksOf(keysAtOnce, keys).map((few) => sql.many(findThrottles, four(few))))
        return found.flat().map(throttleRecord)
      },
    },
    version: async (name) => (await sql.one(findVersion, { name }))?.version ?? 0,
    flows: {
      append: async (batches, expiresAt) => {
        if (batches.length > 0) await sql.commit(append(batches, expiresAt))
      },
      list: async ({ limit }) => summaries(await sql.many(headsOfBatches, {}), limit),
      events: async (flow) => eventsIn(await sql.many(batchesWithFlow, { pattern: `%${flow}%` }), flow),
    },
    commit: async (writes) => {
      if (writes.length === 0) return { committed: true }
      const planned = plan(writes)
      const { lost } = await sql.commit(planned.steps)
      return lost === undefined ? { committed: true } : { committed: false, lost: spentBy(planned, lost) }
    },
  }
}

const maybe = <Row, Made>(row: Row | undefined, make: (row: Row) => Made): Made | undefined =>
  row === undefined ? undefined : make(row)

const chunksOf = (size: number, keys: readonly string[]): readonly (readonly string[])[] =>
  keys.length === 0 ? [] : [keys.slice(0, size), ...chunksOf(size, keys.slice(size))]

function four(keys: readonly string[]) {
  const last = keys.at(-1) ?? ''
  const [key_1 = last, key_2 = last, key_3 = last, key_4 = last] = keys
  return { key_1, key_2, key_3, key_4 }
}
