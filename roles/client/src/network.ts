/**
 * The back channel: every request the client itself sends goes through one guarded fetch, over TLS unless both ends
 * are on this machine, never following a redirect, never waiting for ever.
 *
 * @see RFC 6749 §1.6, §3.2; RFC 9110 §15.4
 */
import { isIP } from 'node:net'
import { allowInsecureRequests, customFetch } from 'oauth4webapi'
import { AuthError } from './errors.ts'

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** Plain http is for this machine only; any other place must be spelled out. */
export type AllowHttp = 'loopback' | 'insecure-everywhere'

const patience = 10_000

/** Bytes of an answer, without the compression that it may have come in. */
const largest = 1_048_576

export function mayFetch(url: URL, allowHttp: AllowHttp): boolean {
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && (allowHttp === 'insecure-everywhere' || isLoopback(url.hostname))
}

/** The whole host, so that `localhost.example.com` is not taken for this machine. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** Whether a host is called by a name, and not by an address or as this machine. */
export function hasName(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '')
  return !isLoopback(host) && !host.endsWith('.localhost') && isIP(host.replace(/^\[|\]$/g, '')) === 0
}

/** `fetch` that refuses unprotected addresses and turns silence, and an answer without an end, into `provider_unavailable`. */
export const guarded =
  (fetch: Fetch, allowHttp: AllowHttp): Fetch =>
  async (url, init) => {
    if (!mayFetch(new URL(url), allowHttp)) {
      throw new AuthError('discovery_failed', { expected: 'an https address', got: new URL(url).origin })
    }
    try {
      const signal = init?.signal ?? AbortSignal.timeout(patience)
      return await whole(url, await fetch(url, { ...init, redirect: 'manual', signal }))
    } catch (cause) {
      throw cause instanceof AuthError ? cause : unavailable(url, cause)
    }
  }

/** Read to its end here, where both the time and the bytes are counted. */
async function whole(url: string, { body, status, headers }: Response): Promise<Response> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.byteLength
    if (size > largest) {
      const expected = `at most ${largest} bytes from ${new URL(url).origin}`
      throw new AuthError('provider_unavailable', { expected, got: 'more' })
    }
    parts.push(part)
  }
  return new Response(size === 0 ? null : Buffer.concat(parts), { status, headers })
}

export const unavailable = (url: string, cause: unknown): AuthError =>
  new AuthError('provider_unavailable', {
    expected: `an answer from ${new URL(url).origin}`,
    got: cause instanceof Error ? `${cause.name}${codeOf(cause)}` : 'no answer',
  })

const codeOf = ({ cause }: Error): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : ''

/** How oauth4webapi is told to use it; the scheme is checked by `guarded`, so that loopback can be allowed alone. */
export const transport = (network: Fetch) => ({
  [customFetch]: (url: string, init: object) => network(url, init as RequestInit),
  [allowInsecureRequests]: true,
})
