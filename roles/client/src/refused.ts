/** What the browser gets when something was refused or failed: a page, or JSON for whoever is no browser. */
import { missing } from '@symbolon/protocol/scope'
import type { Attempt } from './attempts.ts'
import { AuthError } from './errors.ts'
import { newFlow } from './record.ts'
import { wantsHtml } from './requests.ts'
import { redirect, refusalJson, refusalPage } from './responses.ts'
import { RefusedSignIn } from './routes/callback.ts'
import type { Core } from './settings.ts'

/** The one door that every failure leaves by: told to the log in full, to the browser without a secret. */
export async function answered(core: Core, request: Request, { methods, work }: Work): Promise<Response> {
  try {
    if (methods.includes(request.method)) return await work()
    throw new AuthError('method_not_allowed', { expected: methods.join(', '), got: request.method })
  } catch (thrown) {
    return refused(core, request, { thrown, methods })
  }
}

export interface Work {
  readonly methods: readonly string[]
  readonly work: () => Promise<Response>
}

interface Failure extends Pick<Work, 'methods'> {
  readonly thrown: unknown
}

function refused(core: Core, request: Request, { thrown, methods }: Failure): Response {
  const { site, errorPage } = core
  const { flow, attempt, setCookies, error: cause } = thrown instanceof RefusedSignIn ? thrown : unattempted(thrown)
  const error = cause instanceof AuthError ? cause : new AuthError('server_error')
  core.log(cause instanceof Error ? cause : error, flow)

  const answer = {
    status: error.status,
    setCookies,
    headers: {
      ...(error.status === 405 && { allow: methods.join(', ') }),
      ...(error.status === 503 && { 'retry-after': '5' }),
    },
  }
  const refusal = {
    error,
    flow,
    back: `${site.origin}${attempt?.returnTo ?? '/'}`,
    again: attempt && signInAgain(core, attempt),
  }
  if (!wantsHtml(request)) return refusalJson(refusal, answer)
  if (errorPage === undefined) return refusalPage(refusal, answer)
  const url = new URL(errorPage, site)
  url.searchParams.set('error', error.code)
  url.searchParams.set('reference', flow)
  if (attempt) {
    url.searchParams.set('provider', attempt.provider)
    url.searchParams.set('returnTo', attempt.returnTo)
  }
  return redirect(url.href, { status: 303, setCookies })
}

const unattempted = (error: unknown) => ({ error, flow: newFlow(), attempt: undefined, setCookies: [] })

function signInAgain({ site, basePath, providers }: Core, { provider, returnTo, scopes }: Attempt): string {
  const query = new URLSearchParams({ returnTo })
  const more = missing(scopes, providers.get(provider)?.provider.scopes ?? [])
  if (more.length > 0) query.set('scope', more.join(' '))
  return `${site.origin}${basePath}/signin/${provider}?${query}`
}
