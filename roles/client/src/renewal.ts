/** When the access token of a session is renewed, and what is recorded of it. How, is in `grants/refresh.ts`. */

import type { ConfiguredProvider } from './configured-providers.ts'
import { AuthError } from './errors.ts'
import { needSession, type WithCookies } from './found-session.ts'
import { refresh } from './grants/refresh.ts'
import { refusedBy } from './record.ts'
import { type Kept, type Session, type SessionRecord, toSession } from './sessions/session.ts'
import type { Core } from './settings.ts'

export const isNearlyOver = ({ tokens }: SessionRecord, now: number): boolean =>
  tokens?.renewAt !== undefined && now / 1000 >= tokens.renewAt

/** A token that is not quite over serves on when it can't be renewed just now, or not at all. */
export async function renewInTime(
  record: SessionRecord,
  renew: (record: SessionRecord) => Promise<Kept>,
  now: number,
): Promise<Kept> {
  const { expiresAt = 0, refreshToken } = record.tokens ?? {}
  const stillGood = now / 1000 < expiresAt
  if (refreshToken === undefined && stillGood) return { record, setCookies: [] }
  try {
    return await renew(record)
  } catch (error) {
    if (stillGood && error instanceof AuthError) return { record, setCookies: [] }
    throw error
  }
}

export interface Renewed {
  readonly session: Session
  /** To be put on the answer to the browser. */
  readonly setCookies: readonly string[]
}

/** At once, for an app that knows better than the clock. */
export async function renewNow(core: Core, request: WithCookies): Promise<Renewed> {
  const { cookies, record, configured } = await needSession(core, request)
  const kept = await core.sessions.renew(cookies, record, (current) => renewed(core, configured, current))
  if (!kept.record.tokens) throw new AuthError('session_cannot_renew', {}, kept.setCookies)
  return { session: toSession(kept.record), setCookies: kept.setCookies }
}

/** The session with its next tokens, or without any once the provider refuses to renew them. */
export async function renewed(
  core: Core,
  { provider, connect }: ConfiguredProvider,
  record: SessionRecord,
): Promise<SessionRecord> {
  const began = core.now()
  const about = {
    flow: record.flow,
    band: 'refresh',
    from: 'client',
    to: 'authorization-server',
    what: 'access token renewed',
    began,
    client: provider.clientId(),
    person: { issuer: record.issuer, sub: record.user.sub },
  } as const
  try {
    const next = await refresh(await connect(), record, core.now)
    const refused = next.tokens ? undefined : ({ reason: 'session_cannot_renew' } as const)
    core.recorder({ ...about, outcome: refused ? 'refused' : 'ok', refused, result: { scope: next.scopes.join(' ') } })
    return next
  } catch (error) {
    core.recorder({ ...about, outcome: 'failed', refused: refusedBy(error) })
    throw error
  }
}
