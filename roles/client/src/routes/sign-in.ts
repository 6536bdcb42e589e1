/**
 * `/signin/:provider`: starts an attempt and sends the browser to the provider.
 *
 * @see RFC 6749 §4.1.1; RFC 9700 §2.1, §4.11; OpenID Connect Core §3.1.2.1
 */
import { list } from '@symbolon/protocol/parameters'
import { isScope } from '@symbolon/protocol/scope'
import { readAsked } from '../asked.ts'
import { attemptLifetime, startAttempt } from '../attempts.ts'
import type { ConfiguredProvider } from '../configured-providers.ts'
import { parseCookies } from '../cookies.ts'
import { AuthError, toError } from '../errors.ts'
import { buildAuthorizationRequest, scopesToAsk } from '../flow/1-authorization-request.ts'
import type { WithCookies } from '../found-session.ts'
import { newFlow } from '../record.ts'
import { asRequestObject } from '../request-object.ts'
import { navigates, needOwnForm, needVisit, readForm } from '../requests.ts'
import { handoff, redirect } from '../responses.ts'
import { decideReturnTo } from '../return-to.ts'
import type { Core } from '../settings.ts'

const longestScope = 512

export async function signIn(core: Core, request: Request, configured: ConfiguredProvider): Promise<Response> {
  const posted = request.method === 'POST'
  if (posted) needOwnForm(request, core.site)
  else needVisit(request, core.site)
  const params = new URLSearchParams([...new URL(request.url).searchParams, ...(posted ? await readForm(request) : [])])
  const chosen = readAsked(params)
  const begun = await beginSignIn(core, request, {
    configured,
    returnTo: readReturnTo(core, params.get('returnTo')),
    more: readScopes(params.get('scope')),
    chosen,
    silent: isSilent(request, params, chosen),
  })
  return leave(request, begun)
}

/** Only a page of the app may ask so, since the answer can end the session. */
function isSilent(request: Request, params: URLSearchParams, { prompt }: Readonly<Record<string, string>>): boolean {
  if (params.get('silent') !== '1') return false
  const from = request.headers.get('sec-fetch-site')
  if (from === 'same-origin' && prompt === 'none') return true
  throw new AuthError('form_not_from_here', { expected: 'the monitor page, with prompt=none', got: from ?? 'somebody' })
}

export interface SignInBeginning {
  readonly configured: ConfiguredProvider
  readonly returnTo: string
  /** Scopes on top of what is held. */
  readonly more: readonly string[]
  /** Parameters for this sign-in only. */
  readonly chosen: Readonly<Record<string, string>>
  readonly silent: boolean
}

export interface BegunSignIn {
  readonly url: URL
  readonly setCookies: readonly string[]
}

/** Of what was chosen, the rest is a hint that nothing need answer to. */
const remembered = ['prompt', 'max_age', 'acr_values', 'claims']

export async function beginSignIn(
  core: Core,
  request: WithCookies,
  { configured, returnTo, more, chosen, silent }: SignInBeginning,
): Promise<BegunSignIn> {
  const { now, attempts, sessions, recorder, requestObjects } = core
  const { name, provider, addresses, connect } = configured
  const began = now()
  const cookies = parseCookies(request.headers.get('cookie'))
  const looks = more.length > 0 || chosen.prompt === 'none'
  const session = looks ? await sessions.load(cookies) : undefined
  const own = session?.provider === name && session.issuer === provider.issuer ? session : undefined
  if (silent && !own) throw new AuthError('session_missing')
  const hinted = chosen.prompt === 'none' ? own : undefined

  const connection = await connect()
  const entries = Object.entries(chosen)
  const attempt = startAttempt({
    flow: newFlow(),
    provider: name,
    issuer: provider.issuer,
    redirectUri: addresses.redirect,
    scopes: scopesToAsk(provider.scopes, { more: silent ? (own?.scopes ?? []) : more, held: own?.scopes }),
    returnTo,
    asked: Object.fromEntries(entries.filter(([each]) => remembered.includes(each))),
    ...(hinted && { sub: hinted.user.sub }),
    ...(silent && { silent }),
    startedAt: Math.floor(began / 1000),
  })
  const hints = { ...chosen, ...(hinted?.idToken !== undefined && { id_token_hint: hinted.idToken }) }
  const plain = buildAuthorizationRequest(connection, attempt, hints)
  const url = await asRequestObject(connection, plain, { base: addresses.requests, objects: requestObjects })
  const setCookies = await attempts.remember(cookies, attempt)
  recorder({
    flow: attempt.flow,
    step: 1,
    band: 'request',
    from: 'client',
    to: 'authorization-server',
    what: `browser sent to ${url.origin}${url.pathname}, answer awaited for ${attemptLifetime} s`,
    outcome: 'ok',
    began,
    params: plain.searchParams,
    client: provider.clientId(),
  })
  return { url, setCookies }
}

export function leave(request: Request, { url, setCookies }: BegunSignIn): Response {
  if (request.method !== 'POST') return redirect(url.href, { status: 302, setCookies })
  return navigates(request) ? handoff(url.href, { setCookies }) : redirect(url.href, { status: 303, setCookies })
}

/** The page to come back to: a path of the app, and none of our own routes, which would lead round in circles. */
export function readReturnTo({ site, basePath }: Pick<Core, 'site' | 'basePath'>, value: string | null): string {
  const decision = decideReturnTo(value || '/', site)
  if (!decision.ok) throw toError(decision)
  if (decision.value.startsWith(`${basePath}/`)) {
    throw new AuthError('return_to_refused', { expected: 'a page of the app', got: decision.value.slice(0, 100) })
  }
  return decision.value
}

export function readScopes(value: string | null): readonly string[] {
  if (value === null || value === '') return []
  if (!isScope(value) || value.length > longestScope) throw new AuthError('scope_malformed')
  return list(value)
}
