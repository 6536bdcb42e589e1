/**
 * Front-channel logout: the addresses that the person's own browser opens in frames, one for each client that they had
 * signed in to in the sessions that have just ended.
 *
 * A browser that keeps the cookies of other sites apart may open them without any; then only back-channel logout helps.
 * There are so many at most: first those of clients that somebody has looked at, then of those used last.
 *
 * @see OpenID Connect Front-Channel Logout §2, §3 and §4.1
 */
import { refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { clientFrom } from '../client.ts'
import { withQuery } from '../flow/3-authorization-response.ts'
import { sidFor } from '../people/sid.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { SessionClientRecord } from '../ports/records.ts'

/** Each is a page of somebody else, loaded while the person waits. */
const mostFrames = 20
/** Each is a look into the registry: who is further behind would not fit in any case. */
const mostClients = 200

interface Signed extends SessionClientRecord {
  readonly sessionId: string
}

/** Read after the sessions have ended, so that nobody who was given something in them is missing. */
export async function framesFor(
  issuer: Issuer,
  sessions: readonly { readonly sessionId: string }[],
  flow: string,
): Promise<readonly string[]> {
  const { store } = issuer
  const found = await Promise.all(
    sessions.map(async ({ sessionId }) =>
      (await store.logouts.clientsOf(sessionId)).map((client) => ({ ...client, sessionId })),
    ),
  )
  const all = found.flat().sort(first)
  if (all.length === 0) return []
  const registry = await store.registry()
  const frames = await Promise.all(
    all.slice(0, mostClients).map(async ({ sessionId, clientId }) => {
      const record = await registry.client(clientId)
      const client = record && clientFrom(record)
      if (client?.frontchannelLogoutUri === undefined || client.disabled) return []
      const sid = sidFor(issuer, sessionId, clientId)
      return [
        withQuery(client.frontchannelLogoutUri, [
          ['iss', issuer.url],
          ['sid', sid],
        ]),
      ]
    }),
  )
  const wanted = frames.flat()
  if (wanted.length > mostFrames) observe(issuer, flow, wanted.length)
  return wanted.slice(0, mostFrames)
}

const first = (one: Signed, other: Signed): number =>
  Number(one.unreviewed) - Number(other.unreviewed) || other.usedAt - one.usedAt

function observe({ recorder }: Issuer, flow: string, wanted: number): void {
  recorder.record({
    flow,
    band: 'sign-out',
    from: 'authorization-server',
    to: 'client',
    what: 'frames left out',
    at: Date.now(),
    took: 0,
    outcome: 'failed',
    refused: refuse('logout_frames_full', { expected: clear(`at most ${mostFrames}`), got: clear(String(wanted)) }),
  })
}
