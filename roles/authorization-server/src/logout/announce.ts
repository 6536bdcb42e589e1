/**
 * Who is to hear that a session has ended: the clients that asked for it when they registered.
 *
 * They are remembered in the commit that gives them something in the session, and told of its end in the commit that
 * ends it: whichever comes first, nobody is left signed in who should have heard.
 *
 * @see OpenID Connect Back-Channel Logout §2.3, Front-Channel Logout §3
 */
import type { Client } from '../client.ts'
import type { Seconds, SessionRecord } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'

const wantsToHear = ({ frontchannelLogoutUri, backchannelLogoutUri }: Client): boolean =>
  frontchannelLogoutUri !== undefined || backchannelLogoutUri !== undefined

/** Goes into the commit of whatever the client gets in this session. Nothing for clients that do not ask for it. */
export const remembered = (
  client: Client,
  { sessionId, personId, expiresAt }: SessionRecord,
  now: Seconds,
): readonly Write[] => {
  const { id: clientId, unreviewed, logoutAtExpiry: atExpiry } = client
  return wantsToHear(client)
    ? [{ do: 'remember-client', sessionId, clientId, personId, expiresAt, usedAt: now, unreviewed, atExpiry }]
    : []
}

/** Seconds in which the client has read the answer that this goes with. */
const untilRead: Seconds = 5

/**
 * Goes into the commit that redeems a code: one that may outlive its session (`offline_access`) may be redeemed after the
 * client was told that the session has ended, and begin another on its side.
 */
export const announcedAgain = (
  client: Client,
  { sessionId }: { readonly sessionId: string },
  now: Seconds,
): readonly Write[] =>
  wantsToHear(client) ? [{ do: 'announce-again', sessionId, clientId: client.id, dueAt: now + untilRead }] : []

/** For so long one can see what became of an announcement. */
const kept: Seconds = 7 * 86_400

export const announcedUntil = (now: Seconds): Seconds => now + kept

/** Ends sessions, with the access that was to last no longer than they (what may outlive them was allowed as such). */
export const endSessions = (
  sessions: readonly SessionRecord[],
  { now, flow }: { readonly now: Seconds; readonly flow: string | null },
): readonly Write[] =>
  sessions.flatMap(({ sessionId, personId }): readonly Write[] => [
    { do: 'end-session', sessionId, now },
    { do: 'revoke-grants-of-session', sessionId, personId, now },
    { do: 'announce-logout', sessionId, flow, now, announcedUntil: announcedUntil(now) },
  ])
