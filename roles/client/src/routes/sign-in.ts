/**
 * `/signin/:provider`: starts an attempt and sends the browser to the provider.
 *
 * @see RFC 6749 §4.1.1; RFC 9700 §2.1, §4.11
 */
import { list } from '@symbolon/protocol/parameters'
import { isScope } from '@symbolon/protocol/scope'
import { attemptLifetime, startAttempt } from '../attempts.ts'
import { parseCookies } from '../cookies.ts'
import { AuthError, toError } from '../errors.ts'
import { buildAuthorizationRequest, scopesToAsk } from '../flow/1-authorization-request.ts'
import { newFlow } from '../record.ts'
import { navigates, needOwnForm, needVisit, readForm } from '../requests.ts'
import { handoff, redirect } from '../responses.ts'
import { decideReturnTo } from '../return-to.ts'
import type { ConfiguredProvider, Core } from '../settings.ts'

const longestScope = 512

export async function signIn(
  core: Core,
  request: Request,
  { name, provider, network, redirectUri }: ConfiguredProvider,
) {
  const { now, attempts, sessions, recorder } = core
  const began = now()
  const posted = request.method === 'POST'
  if (posted) needOwnForm(request, core.site)
  else needVisit(request, core.site)
  const params = new URLSearchParams([...new URL(request.url).searchParams, ...(posted ? await readForm(request) : [])])

  const returnTo = readReturnTo(core, params.get('returnTo'))
  const more = readScopes(params.get('scope'))
  const cookies = parseCookies(request.headers.get('cookie'))
  const session = more.length > 0 ? await sessions.load(cookies) : undefined
  const held = session?.provider === name && session.issuer === provider.issuer ? session.scopes : undefined

  const metadata = await provider.metadata(network)
  const attempt = startAttempt({
    flow: newFlow(),
    provider: name,
    issuer: provider.issuer,
    redirectUri,
    scopes: scopesToAsk(provider.scopes, { more, held }),
    returnTo,
    startedAt: Math.floor(began / 1000),
  })
  const url = buildAuthorizationRequest(metadata, provider, attempt)
  const setCookies = await attempts.remember(cookies, attempt, provider.responseMode === 'form_post')
  recorder({
    flow: attempt.flow,
    step: 1,
    band: 'request',
    from: 'client',
    to: 'authorization-server',
    what: `browser sent to ${url.origin}${url.pathname}, answer awaited for ${attemptLifetime} s`,
    outcome: 'ok',
    began,
    params: url.searchParams,
    client: provider.client.client_id,
  })
  if (!posted) return redirect(url.href, { status: 302, setCookies })
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
