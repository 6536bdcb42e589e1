/** What the adapters of the client have in common: answers to people who are not signed in, and cookies of a call. */
import { type ApiAnswer, type Auth, AuthError, type Session } from '@symbolon/client'

/** The client for one request and its answer. */
export interface RequestAuth {
  readonly session: () => Promise<Session | undefined>
  /** Calls an API; cookies of a renewed session are put on the answer. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<ApiAnswer>
}

export interface RequiredOptions {
  /** The provider to sign in with; the first one by default. */
  readonly provider?: string
}

export interface Unknown {
  readonly auth: Auth
  readonly provider: string | undefined
  readonly method: string | undefined
  readonly accept: string | undefined
  /** Path and query. */
  readonly path: string
}

/** A browser that opens a page is sent to sign in and comes back to it; a script is told 401. */
export function answerUnknown({ auth, provider = auth.providers[0] ?? '', method, accept, path }: Unknown): Response {
  const headers = { 'cache-control': 'no-store' }
  if (method === 'GET' && accept?.includes('text/html')) {
    return new Response(null, { status: 302, headers: { ...headers, location: signInUrl(auth, provider, path) } })
  }
  const { code, why, fix, status } = new AuthError('session_missing')
  return Response.json({ error: code, why, fix }, { status, headers })
}

/** A path that is not safe to return to does not keep anybody from signing in. */
function signInUrl(auth: Auth, provider: string, returnTo: string): string {
  try {
    return auth.signInUrl(provider, { returnTo })
  } catch (error) {
    if (error instanceof AuthError && error.code === 'return_to_refused') return auth.signInUrl(provider)
    throw error
  }
}

/** The client for a request whose answer takes cookies by `setCookie`. */
export const requestAuth = (auth: Auth, headers: Headers, setCookie: (line: string) => void): RequestAuth => ({
  session: () => auth.session({ headers }),
  async fetch(url, init) {
    try {
      const answer = await auth.fetch({ headers }, url, init)
      for (const line of answer.setCookies) setCookie(line)
      return answer
    } catch (error) {
      // a session whose access has ended is remembered as such, although the call failed
      if (error instanceof AuthError) for (const line of error.setCookies) setCookie(line)
      throw error
    }
  },
})
