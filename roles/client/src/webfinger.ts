/**
 * Whose provider somebody uses, by what they type: `joe@example.com`, `acct:joe@example.com`, a host or a URL.
 *
 * What is typed names a host that is asked, so it is asked over TLS only, never by an address of a machine, and never
 * on to another place. Names that lead into the network of this machine are not seen here: where
 * that matters, hand in a `fetch` that looks at what it connects to.
 *
 * @see OpenID Connect Discovery §2, RFC 7033 §4, RFC 7565
 */
import { AuthError } from './errors.ts'
import { type AllowHttp, type Fetch, guarded, hasName, mayFetch } from './network.ts'

export interface FindIssuerOptions {
  readonly fetch?: Fetch
  /** Without it, `http` and hosts that are an address or this machine are refused. */
  readonly allowHttp?: AllowHttp
}

const issuerRelation = 'http://openid.net/specs/connect/1.0/issuer'
const longestIdentifier = 512

/** The issuer, for `openid({ issuer })`; whether it is one that your app trusts is for the app to say. */
export async function findIssuer(identifier: string, options: FindIssuerOptions = {}): Promise<string> {
  const { allowHttp, fetch = (url, init) => globalThis.fetch(url, init) } = options
  const { resource, origin } = normalized(identifier)
  if (!mayAsk(origin, allowHttp)) {
    throw new AuthError('discovery_failed', { expected: 'a public host, over https', got: origin.slice(0, 200) })
  }
  const url = new URL('/.well-known/webfinger', origin)
  url.search = new URLSearchParams({ resource, rel: issuerRelation }).toString()
  const network = guarded(fetch, allowHttp ?? 'loopback')
  const response = await network(url.href, { headers: { accept: 'application/jrd+json, application/json' } })
  if (response.status !== 200) {
    await response.body?.cancel()
    const code = response.status >= 500 ? 'provider_unavailable' : 'discovery_failed'
    throw new AuthError(code, { expected: '200', got: `${response.status} at ${origin}` })
  }
  const issuer = issuerIn(await response.json().catch(() => undefined))
  if (issuer === undefined || !isIssuer(issuer, allowHttp)) {
    const expected = 'a link to an https issuer without query and fragment'
    throw new AuthError('discovery_failed', { expected, got: issuer?.slice(0, 200) ?? 'none' })
  }
  return issuer
}

export interface Normalized {
  readonly resource: string
  /** Of the host that is asked. */
  readonly origin: string
}

/** What was typed as a URI, and its host (OpenID Connect Discovery §2.1.2). */
export function normalized(typed: string): Normalized {
  const text = typed.trim()
  const refused = () =>
    new AuthError('parameter_malformed', {
      expected: 'an address such as joe@example.com, or an https URL',
      got: 'another value',
    })
  // `=`, `@`, `+`, `$`, `!` and `(` begin XRIs, which nobody resolves any more (§2.1.1)
  if (text === '' || text.length > longestIdentifier || /[\s\p{Cc}]/u.test(text) || /^[=@+$!(]/.test(text))
    throw refused()
  const account = /^acct:/i.test(text) ? text.slice(5) : /^[^@/?#:]+@[^@/?#:]+$/.test(text) ? text : undefined
  if (account !== undefined) {
    const [, name = '', host = ''] = /^([^@/?#]+)@([^@/?#]+)$/.exec(account) ?? []
    const origin = URL.canParse(`https://${host}`) ? new URL(`https://${host}`).origin : undefined
    if (name === '' || host === '' || origin === undefined) throw refused()
    return { resource: `acct:${account}`, origin }
  }
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !['https:', 'http:'].includes(url.protocol)) throw refused()
  url.hash = ''
  return { resource: url.href, origin: url.origin }
}

function mayAsk(origin: string, allowHttp: AllowHttp | undefined): boolean {
  const url = new URL(origin)
  if (allowHttp !== undefined) return mayFetch(url, allowHttp)
  // a name without a dot is one of the local network
  return url.protocol === 'https:' && hasName(url.hostname) && /\.[^.]*[a-z][^.]*$/i.test(url.hostname)
}

/** Discovery asks there next, so it must be a place that may be asked, like the host that named it (§3, §4). */
function isIssuer(value: string, allowHttp: AllowHttp | undefined): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  return mayAsk(url.origin, allowHttp) && !/[?#]/.test(value) && url.username === '' && url.password === ''
}

function issuerIn(found: unknown): string | undefined {
  const links: unknown = typeof found === 'object' && found !== null && 'links' in found ? found.links : undefined
  for (const link of Array.isArray(links) ? links : []) {
    if (typeof link !== 'object' || link === null) continue
    const { rel, href } = link as { readonly rel?: unknown; readonly href?: unknown }
    if (rel === issuerRelation && typeof href === 'string') return href
  }
  return undefined
}
