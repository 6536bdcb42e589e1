/**
 * `/callback/:provider`: takes what the browser brings back, and signs the person in when all of it holds.
 *
 * @see RFC 6749 §4.1.2; RFC 9207; RFC 9700 §4.2.4, §4.4, §4.5
 */
import { hash } from 'node:crypto'
import { one } from '@symbolon/protocol/parameters'
import type { Reason } from '@symbolon/protocol/refusals'
import { type Attempt, attemptId } from '../attempts.ts'
import type { ConfiguredProvider } from '../configured-providers.ts'
import { type Cookies, parseCookies } from '../cookies.ts'
import { AuthError, toError } from '../errors.ts'
import {
  type AuthorizationResponse,
  decideAuthorizationResponse,
  known,
  rules,
} from '../flow/3-authorization-response.ts'
import { newSession } from '../new-session.ts'
import { fromFragment, hop, silentPage } from '../pages.ts'
import { newFlow } from '../record.ts'
import { readForm } from '../requests.ts'
import { redirect } from '../responses.ts'
import type { Core } from '../settings.ts'

/** Carries to the error page what is known of the flow. */
export class RefusedSignIn extends Error {
  readonly error: unknown
  readonly flow: string
  readonly attempt: Attempt | undefined
  readonly setCookies: readonly string[]

  constructor({ error, flow, attempt, setCookies }: Pick<RefusedSignIn, 'error' | 'flow' | 'attempt' | 'setCookies'>) {
    super('sign-in refused')
    this.error = error
    this.flow = flow
    this.attempt = attempt
    this.setCookies = setCookies
  }
}

export function createCallback(core: Core) {
  const { attempts, spent, sessions, now, site } = core

  return async (request: Request, configured: ConfiguredProvider): Promise<Response> => {
    const { name, provider, addresses, connect } = configured
    const began = now()
    const posted = request.method === 'POST'
    if (!posted && provider.responseMode === 'fragment') return fromFragment(`${addresses.redirect}?hop=1`)
    if (posted === (provider.responseMode === 'query'))
      throw new AuthError('method_not_allowed', { got: request.method })
    const params = posted ? await readForm(request) : new URL(request.url).searchParams
    const cookies = parseCookies(request.headers.get('cookie'))
    const status = posted ? 303 : 302

    const state = one(params, 'state') ?? ''
    const attempt = await attempts.find(cookies, state)
    if (posted && !attempt && !new URL(request.url).searchParams.has('hop')) {
      return hop(
        `${addresses.redirect}?hop=1`,
        [...params].filter(([each]) => known.includes(each)),
      )
    }
    const before = attempt || state === '' ? undefined : await sessions.load(cookies)
    if (before?.attempt === attemptId(state) && before.provider === name) {
      return redirect(`${site.origin}${before.returnTo}`, { status })
    }

    const flow = attempt?.flow ?? newFlow()
    const forget = attempts.forget(cookies, state)
    try {
      const connection = await connect()
      const { metadata, client } = connection
      const response: AuthorizationResponse = {
        params,
        attempt,
        cookie: core.names.attempt(attemptId(state)),
        ownCookies: [...cookies.keys()].filter(core.names.isOwn),
        provider: name,
        issuer: provider.issuer,
        responseType: provider.responseType,
        issPromised: metadata.authorization_response_iss_parameter_supported === true,
        now: Math.floor(began / 1000),
      }
      const decision = decideAuthorizationResponse(response)
      recordResponse(core, { flow, response, decision, began, client: client.client_id })
      if (!decision.ok) throw toError(decision)

      const code = hash('sha256', `${one(params, 'code')} ${one(params, 'id_token')}`)
      const done = await spent(attemptId(state), async () => ({
        code,
        ...(await newSession(core, { connection, params, attempt: decision.value })),
      }))
      if (done.code !== code) throw new AuthError('attempt_unknown', { expected: 'one answer', got: 'a second one' })
      if ('refused' in done) throw new AuthError(done.refused.code, done.refused)
      const setCookies = [...forget, ...(await sessions.begin(cookies, done.record))]
      if (decision.value.silent) return silentPage('signed-in', { setCookies })
      return redirect(`${site.origin}${done.record.returnTo}`, { status, setCookies })
    } catch (error) {
      if (attempt?.silent) return unseen(core, cookies, { error, flow, forget })
      // while the provider is out of reach the code is unspent, and reloading this page may still sign the person in
      const again = error instanceof AuthError && error.code === 'provider_unavailable' && params.has('code')
      throw new RefusedSignIn({ error, flow, attempt, setCookies: again ? [] : forget })
    }
  }
}

/** Nobody is there to be signed in silently: then nobody is signed in here. */
const overWith: ReadonlySet<Reason> = new Set([
  'account_selection_required',
  'consent_required',
  'id_token_invalid',
  'login_required',
])

interface Unseen {
  readonly error: unknown
  readonly flow: string
  readonly forget: readonly string[]
}

async function unseen({ sessions, log }: Core, cookies: Cookies, { error, flow, forget }: Unseen): Promise<Response> {
  const isOver = error instanceof AuthError && overWith.has(error.code)
  if (!isOver) log(error instanceof Error ? error : new AuthError('server_error'), flow)
  return isOver
    ? silentPage('signed-out', { setCookies: [...forget, ...(await sessions.end(cookies))] })
    : silentPage('unsure', { setCookies: forget })
}

interface Recorded {
  readonly flow: string
  readonly response: AuthorizationResponse
  readonly decision: ReturnType<typeof decideAuthorizationResponse>
  readonly began: number
  readonly client: string
}

function recordResponse({ recorder }: Core, { flow, response, decision, began, client }: Recorded): void {
  const failed = rules.findIndex(({ broken }) => broken(response))
  const applied = failed === -1 ? rules : rules.slice(0, failed + 1)
  recorder({
    flow,
    step: 3,
    band: 'code',
    from: 'authorization-server',
    to: 'client',
    what: 'answer brought by the browser',
    outcome: decision.ok ? 'ok' : 'refused',
    began,
    params: response.params,
    checks: applied.map(({ reason }, at) => ({ rule: reason, ok: at !== failed })),
    refused: decision.ok ? undefined : decision,
    client,
  })
}
