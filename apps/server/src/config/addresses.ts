/**
 * What an address must be before it is believed: each list is in the order in which its rules are applied.
 *
 * @see RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1 (redirect addresses); RFC 8414 §2 (the issuer)
 */
import type { TextRule } from './kinds.ts'

const parsed = (value: string): URL | undefined => (URL.canParse(value) ? new URL(value) : undefined)

const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

export const isLoopback = (url: URL): boolean => loopbackHosts.includes(url.hostname)

const isHttps = (url: URL) => url.protocol === 'https:'
const isLoopbackHttp = (url: URL) => url.protocol === 'http:' && isLoopback(url)

const absolute: TextRule = {
  broken: (value) => parsed(value) === undefined || !/^[\x21-\x7e]+$/.test(value) || value.includes('\\'),
  expected: 'an absolute address in printable ASCII',
}

const withoutUser: TextRule = {
  broken: (value) => {
    const url = parsed(value)
    return url !== undefined && (url.username !== '' || url.password !== '')
  },
  expected: 'an address without a user name or password',
}

const withoutFragment: TextRule = {
  broken: (value) => value.includes('#'),
  expected: 'an address without a fragment (#…)',
  hint: (value) => `did you mean ${value.split('#')[0]}?`,
}

/** An address that a person's browser is sent to with a response. */
export const redirectRules: readonly TextRule[] = [
  absolute,
  {
    broken: (value) => value.includes('*'),
    expected: 'one whole address: there are no wildcards, each address is listed',
  },
  withoutFragment,
  withoutUser,
  {
    broken: (value) => {
      const url = parsed(value)
      if (url === undefined) return true
      const ownScheme = !['http:', 'https:'].includes(url.protocol) && url.protocol.includes('.')
      return !isHttps(url) && !isLoopbackHttp(url) && !ownScheme
    },
    expected:
      'https://…, http:// with localhost, 127.0.0.1 or [::1], or a scheme of your own with a dot (com.example.app:/…)',
    hint: (value) => (value.startsWith('http:') ? 'plain http works only for loopback addresses' : undefined),
  },
]

/** An address that a page links to or shows. */
export const pageRules: readonly TextRule[] = [
  absolute,
  withoutUser,
  {
    broken: (value) => {
      const url = parsed(value)
      return url === undefined || !(isHttps(url) || isLoopbackHttp(url))
    },
    expected: 'https://…, or http:// with a loopback address',
  },
]

export const issuerRules: readonly TextRule[] = [
  absolute,
  {
    broken: (value) => /[?#]/.test(value),
    expected: 'an issuer without query and fragment (RFC 8414 §2)',
    hint: (value) => `did you mean ${value.split(/[?#]/)[0]}?`,
  },
  withoutUser,
  {
    broken: (value) => value.endsWith('/'),
    expected: 'an issuer without a slash at the end',
    hint: (value) => `did you mean ${value.replace(/\/+$/, '')}?`,
  },
  {
    broken: (value) => {
      const url = parsed(value)
      return url === undefined || !(isHttps(url) || isLoopbackHttp(url))
    },
    expected: 'https://…, or http:// with localhost, 127.0.0.1 or [::1]',
  },
  {
    broken: (value) => canonical(value) !== value,
    expected: 'the issuer as every client will compare it: lower-case host, no default port, no dot segments',
    hint: (value) => `did you mean ${canonical(value)}?`,
  },
  {
    broken: (value, { development }) => development && !isLoopback(new URL(value)),
    expected: 'a loopback address while development is on: it tells strangers too much',
  },
]

const canonical = (value: string) => new URL(value).href.replace(/\/$/, '')

/** The identifier of an API: an absolute URI without a fragment (RFC 8707 §2). */
export const isResourceName = (value: string): boolean =>
  parsed(value) !== undefined && /^[\x21-\x22\x24-\x7e]{1,1000}$/.test(value)
