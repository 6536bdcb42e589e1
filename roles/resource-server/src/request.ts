/** Reading what a request presents, from any kind of server, before any rule looks at it. */
import { parseObject } from './fetch-json.ts'

/** What a guard needs of a request that is no fetch `Request`. */
export interface PlainRequest {
  readonly method: string
  /** Absolute, or from the path on, with the query. */
  readonly url: string
  /** Every Authorization header of the request: more than one is refused, so none may be dropped on the way. */
  readonly authorization: string | readonly string[] | undefined
}

export interface Presentation {
  readonly method: string
  readonly path: string
  readonly authorization: readonly string[]
  readonly tokenInQuery: boolean
  /** What follows the Bearer scheme; `undefined` without a header or with another scheme. */
  readonly bearer: string | undefined
}

export function readRequest(request: Request | PlainRequest): Presentation {
  const sent = request instanceof Request ? (request.headers.get('authorization') ?? undefined) : request.authorization
  const authorization = sent === undefined ? [] : typeof sent === 'string' ? [sent] : sent
  const [address = '', query = ''] = (request.url.split('#')[0] ?? '').split(/\?(.*)/s)
  return {
    method: request.method,
    path: address.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '') || '/',
    authorization,
    tokenInQuery: new URLSearchParams(query).has('access_token'),
    bearer: /^bearer(?:$| +(.*))/is.exec(authorization[0] ?? '')?.map((part) => part ?? '')[1],
  }
}

/** A JWT as it claims to be, before its signature says whether to believe it. */
export interface UnverifiedToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>> | undefined
}

/** `undefined` for what is no signed JWT: an opaque token, that only its issuer can read. */
export function readToken(token: string): UnverifiedToken | undefined {
  const [header = '', claims = '', ...rest] = token.split('.')
  if (rest.length !== 1) return undefined
  const read = decode(header)
  return read && { header: read, claims: decode(claims) }
}

function decode(part: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined
  try {
    return parseObject(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')))
  } catch {
    return undefined
  }
}
