/**
 * Calling an API as the person who signed in, steps 6 and 7: with an access token that is renewed when it is nearly
 * over, or when the API says so, once however many requests wait for it.
 *
 * @see RFC 6750 §3.1, RFC 6749 §6
 */
import { hash } from 'node:crypto'
import { missing } from '@symbolon/protocol/scope'
import { AuthError, toError } from './errors.ts'
import { buildResourceRequest } from './flow/6-resource-request.ts'
import { type Understood, understandResourceResponse } from './flow/7-resource-response.ts'
import { needSession, type WithCookies } from './found-session.ts'
import { mayFetch, unavailable } from './network.ts'
import type { Provider } from './providers/provider.ts'
import { isNearlyOver, renewed, renewInTime } from './renewal.ts'
import { type Kept, type Session, type SessionRecord, tokenState, toSession } from './sessions/session.ts'
import type { Core } from './settings.ts'

export interface ApiAnswer {
  readonly response: Response
  /** To be put on the answer to the browser: the session may have been renewed. */
  readonly setCookies: readonly string[]
  readonly session: Session
  /** What the API wants and the session lacks; ask for it with `signInUrl(provider, { scopes })`. */
  readonly missingScopes: readonly string[]
  readonly understood: Understood
}

/** Milliseconds to wait for an API to begin its answer. */
const patience = 30_000

export interface ApiCall {
  /** The request of the browser, for its cookies. */
  readonly request: WithCookies
  readonly url: string
  readonly init: RequestInit
}

export async function callApi(core: Core, { request, url, init }: ApiCall): Promise<ApiAnswer> {
  const { cookies, record: found, configured } = await needSession(core, request)
  const { provider } = configured
  const renew = (record: SessionRecord): Promise<Kept> =>
    core.sessions.renew(cookies, record, (current) => renewed(core, configured, current))

  let kept: Kept = { record: found, setCookies: [] }
  try {
    if (isNearlyOver(found, core.now())) kept = await renewInTime(found, renew, core.now())
    let response = await send(core, { provider, record: kept.record, url, init })
    let understood = understandResourceResponse(response)
    const canRepeat = isWhole(init.body)
    const canRenew = kept.record.tokens?.refreshToken !== undefined && !core.refusedAnew.get(stateOf(kept.record))
    if (understood.kind === 'token-refused' && canRenew && canRepeat) {
      await response.body?.cancel()
      kept = await renew(kept.record)
      response = await send(core, { provider, record: kept.record, url, init })
      understood = understandResourceResponse(response)
      if (understood.kind === 'token-refused') await core.refusedAnew.run(stateOf(kept.record), async () => true)
    }
    const { record, setCookies } = kept
    const missingScopes = understood.kind === 'scope-missing' ? missing(understood.scopes, record.scopes) : []
    return { response, setCookies, session: toSession(record), missingScopes, understood }
  } catch (error) {
    // a session that was renewed must reach the browser although the call failed: its old refresh token is spent
    throw error instanceof AuthError ? new AuthError(error.code, error, kept.setCookies) : error
  }
}

const stateOf = (record: SessionRecord): string => hash('sha256', tokenState(record))

/** A stream of any kind is gone once it was sent. */
const isWhole = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  typeof body === 'string' ||
  ArrayBuffer.isView(body) ||
  [ArrayBuffer, Blob, FormData, URLSearchParams].some((kind) => body instanceof kind)

interface Sending extends Pick<ApiCall, 'url' | 'init'> {
  readonly provider: Provider
  readonly record: SessionRecord
}

async function send(core: Core, { provider, record, ...call }: Sending): Promise<Response> {
  const { tokens, flow, issuer, user } = record
  if (!tokens) throw new AuthError('session_cannot_renew')
  const built = buildResourceRequest(call, { accessToken: tokens.accessToken, apis: provider.apis })
  if (!built.ok) throw toError(built)
  const url = new URL(built.value.url)
  if (!mayFetch(url, provider.allowHttp))
    throw new AuthError('resource_unknown', { expected: 'https', got: url.origin })

  const began = core.now()
  const what = `${call.init.method ?? 'GET'} ${url.origin}${url.pathname}`
  const about = {
    flow,
    band: 'api',
    what,
    began,
    client: provider.clientId(),
    person: { issuer, sub: user.sub },
  } as const
  core.recorder({ ...about, step: 6, from: 'client', to: 'resource-server', outcome: 'ok' })
  const response = await begun(core, built.value.url, built.value.init)
  const ok = response.status < 400
  const reason = response.status === 403 ? 'scope_insufficient' : 'token_invalid'
  const { kind } = understandResourceResponse(response)
  const refused = kind === 'token-refused' || kind === 'scope-missing' ? ({ reason } as const) : undefined
  const step = { step: 7, from: 'resource-server', to: 'client', status: response.status } as const
  core.recorder({ ...about, ...step, outcome: ok ? 'ok' : 'refused', refused })
  return response
}

/** Waits for the beginning of the answer only: a large picture may take its time. */
async function begun({ fetch }: Core, url: string, init: RequestInit): Promise<Response> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), patience)
  const signal = init.signal ? AbortSignal.any([init.signal, silence.signal]) : silence.signal
  try {
    return await fetch(url, { ...init, signal })
  } catch (error) {
    // the caller's own doing: a request that was given up, or one that can't be sent at all
    const own = init.signal?.aborted === true || (error instanceof TypeError && error.cause === undefined)
    throw own ? error : unavailable(url, error)
  } finally {
    clearTimeout(timer)
  }
}
