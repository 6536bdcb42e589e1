/** What the adapters of the client have in common: answers to people who are not signed in, and cookies of a call. */
import { type ApiAnswer, type Auth, AuthError, type Session } from '@symbolon/client'
import { type RequestParts, toRequest } from './request.ts'

/** The client for one request and its answer. */
export interface RequestAuth {
  readonly session: () => Promise<Session | undefined>
  /** Calls an API; cookies of a renewed session are put on the answer, and used by the calls that follow. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<ApiAnswer>
  /** New tokens now. */
  readonly renew: () => Promise<Session>
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

/** Answers what is not for the app; a method that a `Request` can't have is none of ours. */
export async function answerRoutes(auth: Auth, parts: RequestParts): Promise<Response | undefined> {
  if (['CONNECT', 'TRACE', 'TRACK'].includes(parts.message.method ?? ''))
    return new Response(null, { status: 405, headers: { allow: 'GET, HEAD, POST' } })
  return auth.handle(toRequest(parts))
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

/** The head of an answer, in whatever way its framework keeps it. */
export interface AnswerHead {
  /** Whether it is on its way already, so that no cookie can be added. */
  readonly isSent: () => boolean
  /** The `Set-Cookie` lines so far, those of the app among them. */
  readonly cookies: () => readonly string[]
  readonly setCookies: (lines: readonly string[]) => void
}

/** One for all the calls of a request: what one of them renewed, the others must not renew again. */
export function requestAuth(auth: Auth, sent: Headers, head: AnswerHead): RequestAuth {
  const headers = new Headers(sent)
  const keep = (lines: readonly string[]): void => {
    if (lines.length === 0) return
    const names = new Set(lines.map(nameOf))
    head.setCookies([...head.cookies().filter((line) => !names.has(nameOf(line))), ...lines])
    headers.set('cookie', withCookies(headers.get('cookie') ?? '', lines))
  }
  const kept = async <T extends { readonly setCookies: readonly string[] }>(call: () => Promise<T>): Promise<T> => {
    if (auth.sessionKind === 'cookie' && head.isSent()) {
      throw new TypeError(
        'call fetch and renew before the answer begins: the cookie of a renewed session would be lost',
      )
    }
    try {
      const answer = await call()
      keep(answer.setCookies)
      return answer
    } catch (error) {
      // a session whose access has ended is remembered as such, although the call failed
      if (error instanceof AuthError) keep(error.setCookies)
      throw error
    }
  }
  return {
    session: () => auth.session({ headers }),
    fetch: (url, init) => kept(() => auth.fetch({ headers }, url, init)),
    renew: async () => (await kept(() => auth.renew({ headers }))).session,
  }
}

const nameOf = (pair: string): string => pair.slice(0, pair.indexOf('=')).trim()

/** The Cookie header that the browser would send after these. */
function withCookies(header: string, lines: readonly string[]): string {
  const names = new Set(lines.map(nameOf))
  const others = header.split('; ').filter((pair) => pair !== '' && !names.has(nameOf(pair)))
  const added = lines.filter((line) => !line.includes('Max-Age=0')).map((line) => line.split(';', 1)[0] ?? '')
  return [...others, ...added].join('; ')
}
