/**
 * Front-channel logout: the addresses that the person's own browser opens in frames, one for each client that they had
 * signed in to in the sessions that have just ended.
 *
 * A browser that keeps the cookies of other sites apart may open them without any; then only back-channel logout helps.
 *
 * @see OpenID Connect Front-Channel Logout §2, §3 and §4.1
 */
import { clientFrom } from '../client.ts'
import { withQuery } from '../flow/3-authorization-response.ts'
import { sidFor } from '../people/sid.ts'
import type { Issuer } from '../ports/issuer.ts'

/** Each is a page of somebody else, loaded while the person waits. */
const mostFrames = 20

/** Read after the sessions have ended, so that nobody who was given something in them is missing. */
export async function framesFor(
  issuer: Issuer,
  sessions: readonly { readonly sessionId: string }[],
): Promise<readonly string[]> {
  const { store, url } = issuer
  const found = await Promise.all(
    sessions.map(async ({ sessionId }) =>
      (await store.logouts.clientsOf(sessionId)).map((clientId) => ({ sessionId, clientId })),
    ),
  )
  const all = found.flat()
  if (all.length === 0) return []
  const registry = await store.registry()
  const frames = await Promise.all(
    all.map(async ({ sessionId, clientId }) => {
      const record = await registry.client(clientId)
      const client = record && clientFrom(record)
      if (client?.frontchannelLogoutUri === undefined || client.disabled) return []
      const sid = sidFor(issuer, sessionId, clientId)
      return [
        withQuery(client.frontchannelLogoutUri, [
          ['iss', url],
          ['sid', sid],
        ]),
      ]
    }),
  )
  return frames.flat().slice(0, mostFrames)
}
