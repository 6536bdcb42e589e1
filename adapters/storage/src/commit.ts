/** From each write to the statements that do it, in the order in which they must run. */
import type { Spend, Write } from '@symbolon/authorization-server/ports/store'
import { json, jsonOrNull } from './columns.ts'
import { inFews } from './few.ts'
import { type Step, step } from './sql.ts'
import * as accessTokens from './statements/access-tokens.ts'
import * as clients from './statements/clients.ts'
import * as codes from './statements/codes.ts'
import * as consents from './statements/consents.ts'
import * as grants from './statements/grants.ts'
import * as outcomes from './statements/interaction-outcomes.ts'
import * as invitations from './statements/invitations.ts'
import * as logouts from './statements/logout-deliveries.ts'
import * as people from './statements/people.ts'
import * as refreshTokens from './statements/refresh-tokens.ts'
import * as registrations from './statements/registrations.ts'
import * as resources from './statements/resources.ts'
import * as sessionClients from './statements/session-clients.ts'
import * as sessions from './statements/sessions.ts'
import * as keys from './statements/signing-keys.ts'
import * as throttles from './statements/throttles.ts'
import { useAssertion } from './statements/used-assertions.ts'
import * as versions from './statements/versions.ts'

type Steps = { readonly [Do in Write['do']]: (write: Extract<Write, { readonly do: Do }>) => readonly Step[] }

/** In the JSON of a scope, what the person allowed to last while they are away. */
const lasting = '%"offline_access"%'

const stepsOf: Steps = {
  'redeem-code': ({ codeHash, now }) => [step(codes.redeemCode, { code_hash: codeHash, now })],
  'rotate-refresh-token': ({ tokenHash, successor, now }) => [
    step(refreshTokens.rotateRefreshToken, { token_hash: tokenHash, successor, now }),
  ],
  'use-assertion': ({ clientId, jtiHash, expiresAt }) => [
    step(useAssertion, { client_id: clientId, jti_hash: jtiHash, expires_at: expiresAt }),
  ],
  'finish-interaction': ({ outcome }) => [step(outcomes.finishInteraction, outcomes.outcomeRow(outcome))],
  'drop-outcomes': ({ interactionHashes }) => inFews(interactionHashes).map((few) => step(outcomes.dropOutcomes, few)),
  claim: ({ name, version }) => [
    version === 0 ? step(versions.claimFirst, { name }) : step(versions.claimNext, { name, version }),
  ],

  'add-client': ({ client }) => [step(clients.addClient, clients.clientRow(client))],
  'use-invitation': ({ tokenHash, now }) => [step(invitations.spendInvitation, { token_hash: tokenHash, now })],
  'insert-invitation': ({ invitation }) => [step(invitations.insertInvitation, invitations.invitationRow(invitation))],
  'delete-invitation': ({ tokenHash }) => [step(invitations.deleteInvitation, { token_hash: tokenHash })],
  'change-registration': ({ clientId, version }) => [
    step(registrations.changeRegistration, { client_id: clientId, version }),
  ],
  'end-registration': ({ clientId, tokenHash }) => [
    step(registrations.endRegistration, { client_id: clientId, token_hash: tokenHash }),
  ],
  'end-unused-registration': ({ clientId, now }) => [
    step(registrations.endUnusedRegistration, { client_id: clientId, now }),
  ],
  'insert-registration': ({ registration }) => [
    step(registrations.insertRegistration, registrations.registrationRow(registration)),
  ],
  'keep-registration': ({ clientId, dueAt }) => [
    step(registrations.keepRegistration, { client_id: clientId, due_at: dueAt }),
  ],
  'add-consent': ({ consent }) => [step(consents.addConsent, consents.consentRow(consent))],
  'replace-consent': ({ consent, seen }) => [
    step(consents.replaceConsent, { ...consents.consentRow(consent), ...consents.seenRow(seen) }),
  ],
  'hold-consent': ({ seen }) => [step(consents.holdConsent, consents.seenRow(seen))],
  'hold-session': ({ sessionId }) => [step(sessions.holdSession, { session_id: sessionId })],

  'claim-logout': ({ sessionId, clientId, attempts, dueAt }) => [
    step(logouts.claimLogout, { session_id: sessionId, client_id: clientId, attempts, due_at: dueAt }),
  ],

  'put-client': ({ client }) => [step(clients.putClient, clients.clientRow(client))],
  'delete-client': ({ clientId: client_id }) => [
    step(codes.deleteCodesOfClient, { client_id }),
    step(refreshTokens.deleteRefreshTokensOfClient, { client_id }),
    step(accessTokens.deleteAccessTokensOfClient, { client_id }),
    step(grants.deleteGrantsOfClient, { client_id }),
    step(consents.deleteConsentsOfClient, { client_id }),
    step(sessionClients.forgetClient, { client_id }),
    step(logouts.deleteLogoutsOfClient, { client_id }),
    step(registrations.deleteRegistration, { client_id }),
    step(clients.deleteClient, { client_id }),
  ],
  'put-resource': ({ resource }) => [step(resources.putResource, resources.resourceRow(resource))],
  'delete-resource': ({ resource }) => [step(resources.deleteResource, { resource })],

  'put-person': ({ person }) => [step(people.putPerson, people.personRow(person))],
  'replace-password-hash': ({ personId, from, to, now }) => [
    step(people.replacePasswordHash, { person_id: personId, from_hash: from, to_hash: to, now }),
  ],
  'delete-person': ({ personId: person_id, now, announcedUntil }) => [
    step(logouts.announceLogoutOfPerson, { person_id, now, expires_at: announcedUntil }),
    step(sessionClients.forgetClientsOfPerson, { person_id }),
    step(codes.deleteCodesOfPerson, { person_id }),
    step(grants.deleteGrantsOfPerson, { person_id }),
    step(consents.deleteConsentsOfPerson, { person_id }),
    step(sessions.deleteSessionsOfPerson, { person_id }),
    step(people.deletePerson, { person_id }),
  ],

  'insert-session': ({ session }) => [step(sessions.insertSession, sessions.sessionRow(session))],
  'touch-session': ({ sessionId, lastSeenAt, expiresAt }) => [
    step(sessions.touchSession, { session_id: sessionId, last_seen_at: lastSeenAt, expires_at: expiresAt }),
  ],
  'end-session': ({ sessionId, now }) => [step(sessions.endSession, { session_id: sessionId, now })],
  'remember-client': ({ sessionId, clientId, personId, expiresAt, usedAt, unreviewed, atExpiry }) => [
    step(sessionClients.rememberClient, {
      session_id: sessionId,
      client_id: clientId,
      person_id: personId,
      expires_at: expiresAt,
      used_at: usedAt,
      unreviewed: unreviewed ? 1 : 0,
      at_expiry: atExpiry ? 1 : 0,
    }),
  ],
  'announce-logout': ({ sessionId, flow, now, announcedUntil }) => [
    step(logouts.announceLogout, { session_id: sessionId, flow, now, expires_at: announcedUntil }),
    step(sessionClients.endedBeforeExpiry, { session_id: sessionId }),
  ],
  'announce-again': ({ sessionId, clientId, dueAt }) => [
    step(logouts.announceAgain, { session_id: sessionId, client_id: clientId, due_at: dueAt }),
  ],
  'note-logout': ({ sessionId, clientId, attempts, dueAt, failedAt, problem }) => [
    step(logouts.noteLogout, {
      ...{ session_id: sessionId, client_id: clientId, attempts },
      ...{ due_at: dueAt, failed_at: failedAt, problem },
    }),
  ],
  'put-off-logouts': ({ clientId, now, dueAt }) => [
    step(logouts.putOffLogouts, { client_id: clientId, now, due_at: dueAt }),
  ],
  'give-up-logouts': ({ clientId, announcedUpTo, now, problem }) => [
    step(logouts.giveUpLogouts, { client_id: clientId, before: announcedUpTo, now, problem }),
  ],
  'move-sessions': ({ from, to }) => [step(sessions.moveSessions, { from_hash: from, to_hash: to })],

  'put-consent': ({ consent }) => [step(consents.putConsent, consents.consentRow(consent))],
  'delete-consent': ({ personId, clientId }) => [
    step(consents.deleteConsent, { person_id: personId, client_id: clientId }),
  ],

  'insert-code': ({ code }) => [step(codes.insertCode, codes.codeRow(code))],
  'drop-codes': ({ codeHashes }) => inFews(codeHashes).map((few) => step(codes.dropCodes, few)),
  'insert-grant': ({ grant }) => [step(grants.insertGrant, grants.grantRow(grant))],
  'drop-grants': ({ grantIds, tokenHashes }) => [
    ...inFews(tokenHashes).map((few) => step(accessTokens.dropAccessTokens, few)),
    ...inFews(grantIds).map((few) => step(grants.dropGrants, few)),
  ],
  'touch-grant': ({ grantId, lastUsedAt, expiresAt }) => [
    step(grants.touchGrant, { grant_id: grantId, last_used_at: lastUsedAt, expires_at: expiresAt }),
  ],
  'narrow-grant': ({ grantId, scope, claims }) => [
    step(grants.narrowGrant, { grant_id: grantId, scope: json(scope), claims: jsonOrNull(claims) }),
  ],
  'revoke-grant': ({ grantId: grant_id, now }) => [step(grants.revokeGrant, { grant_id, now })],
  'revoke-grants-of': ({ personId: person_id, clientId: client_id, now }) => [
    step(codes.revokeCodesOfPersonAndClient, { person_id, client_id, now }),
    step(grants.revokeGrantsOfPersonAndClient, { person_id, client_id, now }),
  ],
  'revoke-codes-of': ({ personId: person_id, clientId: client_id, now }) => [
    step(codes.revokeCodesOfPersonAndClient, { person_id, client_id, now }),
  ],
  'revoke-grants-of-session': ({ sessionId: session_id, personId: person_id, now }) => [
    step(codes.revokeCodesOfSession, { session_id, person_id, lasting, now }),
    step(grants.revokeGrantsOfSession, { session_id, person_id, lasting, now }),
  ],

  'insert-refresh-token': ({ token }) => [step(refreshTokens.insertRefreshToken, refreshTokens.refreshTokenRow(token))],
  'touch-refresh-token': ({ tokenHash, expiresAt }) => [
    step(refreshTokens.touchRefreshToken, { token_hash: tokenHash, expires_at: expiresAt }),
  ],
  'insert-access-token': ({ token }) => [step(accessTokens.insertAccessToken, accessTokens.accessTokenRow(token))],
  'revoke-access-token': ({ tokenHash }) => [step(accessTokens.deleteAccessToken, { token_hash: tokenHash })],
  'revoke-jti': ({ jti, expiresAt }) => [step(accessTokens.revokeJti, { jti, expires_at: expiresAt })],

  'insert-key': ({ key }) => [step(keys.insertKey, keys.keyRow(key))],
  'update-key': ({ kid, activeAt, retiredAt, removedAt }) => [
    step(keys.updateKey, { kid, active_at: activeAt, retired_at: retiredAt, removed_at: removedAt }),
  ],
  'delete-key': ({ kid }) => [step(keys.deleteKey, { kid })],

  'count-failure': ({ key, now, expiresAt }) => [
    step(throttles.countFailure, { throttle_key: key, now, expires_at: expiresAt }),
  ],
  'clear-failures': ({ key }) => [step(throttles.clearFailures, { throttle_key: key })],
}

/** Every spending write is one spending step, so the write of a lost step is the one that was lost. */
export interface Planned {
  readonly steps: readonly Step[]
  readonly writeOf: readonly Write['do'][]
}

const changesRegistry: ReadonlySet<Write['do']> = new Set([
  'put-client',
  'delete-client',
  'put-resource',
  'delete-resource',
])

/** First of all, so that whoever changes the registry waits there for whoever does already. */
const raised = (write: Write) => ({
  step: step(versions.raiseVersion, { name: versions.registryVersion }),
  do: write.do,
})

/**
 * A session that is both changed and held is changed first: of two that hold it and then would change it, each would
 * wait for the other to let go.
 */
function inOrder(writes: readonly Write[]): readonly Write[] {
  const touches = writes.filter((write) => write.do === 'touch-session')
  return touches.length === 0 ? writes : [...touches, ...writes.filter((write) => write.do !== 'touch-session')]
}

export function plan(writes: readonly Write[]): Planned {
  const planned = inOrder(writes).flatMap((write) => {
    const steps = stepsOf[write.do] as (write: Write) => readonly Step[]
    return steps(write).map((each) => ({ step: each, do: write.do }))
  })
  const change = writes.find((write) => changesRegistry.has(write.do))
  const all = change === undefined ? planned : [raised(change), ...planned]
  return { steps: all.map((each) => each.step), writeOf: all.map((each) => each.do) }
}

/** The spending write at a step's place. */
export const spentBy = ({ writeOf }: Planned, place: number): Spend['do'] => writeOf[place] as Spend['do']
