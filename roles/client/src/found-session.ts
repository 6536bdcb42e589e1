/** The session that a request brings. One from a provider that is configured no more, or is another by now, is nobody's. */
import type { ConfiguredProvider } from './configured-providers.ts'
import { type Cookies, parseCookies } from './cookies.ts'
import { AuthError } from './errors.ts'
import type { SessionRecord } from './sessions/session.ts'
import type { Core } from './settings.ts'

/** Anything that carries the browser's cookies. */
export type WithCookies = Pick<Request, 'headers'>

export interface FoundSession {
  readonly cookies: Cookies
  readonly record: SessionRecord
  readonly configured: ConfiguredProvider
}

export async function findSession(
  { sessions, providers }: Core,
  { headers }: WithCookies,
): Promise<FoundSession | undefined> {
  const cookies = parseCookies(headers.get('cookie'))
  const record = await sessions.load(cookies)
  const configured = record && providers.get(record.provider)
  return record && configured?.provider.issuer === record.issuer ? { cookies, record, configured } : undefined
}

export async function needSession(core: Core, request: WithCookies): Promise<FoundSession> {
  const found = await findSession(core, request)
  if (found) return found
  throw new AuthError('session_missing')
}
