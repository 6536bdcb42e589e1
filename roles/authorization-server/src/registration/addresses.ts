/**
 * What an address must be before it is believed, whoever registers it: each list is in the order in which its rules
 * are applied.
 *
 * @see RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1 (redirect addresses)
 * @see OpenID Connect Dynamic Client Registration §2 (initiate_login_uri, sector_identifier_uri, request_uris)
 */
import type { TextRule } from './shapes.ts'

export const parsed = (value: string): URL | undefined => (URL.canParse(value) ? new URL(value) : undefined)

const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

export const isLoopback = (url: URL): boolean => loopbackHosts.includes(url.hostname)

/** Whatever stands before it, browsers find it on the person's own computer. */
export const isLocalhost = ({ hostname }: URL): boolean => /(^|\.)localhost\.?$/.test(hostname)

/** On this computer every port is somebody else's; elsewhere a host is one place, also with the dot that ends its name. */
const placeOf = (url: URL): string => (isLoopback(url) ? url.host : url.hostname.replace(/\.$/, ''))

export const isAtSamePlace = (one: URL, other: URL): boolean => placeOf(one) === placeOf(other)

export const isHttps = (url: URL): boolean => url.protocol === 'https:'
export const isLoopbackHttp = (url: URL): boolean => url.protocol === 'http:' && isLoopback(url)

/** An app's own scheme has a dot, as the reversed name of a domain that its maker has (RFC 8252 §7.1). */
export const isOwnScheme = (url: URL): boolean =>
  !['http:', 'https:'].includes(url.protocol) && url.protocol.includes('.')

const matches = (value: string, fits: (url: URL) => boolean): boolean => {
  const url = parsed(value)
  return url !== undefined && fits(url)
}

/** What no name of a host has, but an address may hold (`;`, `,`), would end a source in a header of our pages. */
const isPlainHost = ({ protocol, hostname }: URL): boolean =>
  !['http:', 'https:'].includes(protocol) || /^(?:[\w.-]+|\[[\da-f:.]+\])$/.test(hostname)

/** With fewer slashes, or more, what a browser goes to depends on where it is. */
const isWhole = (value: string): boolean => !/^https?:/i.test(value) || /^https?:\/\/[^/]/i.test(value)

export const absolute: TextRule = {
  broken: (value) =>
    !matches(value, isPlainHost) || !isWhole(value) || !/^[\x21-\x7e]+$/.test(value) || value.includes('\\'),
  expected: 'an absolute address in printable ASCII',
}

export const withoutUser: TextRule = {
  broken: (value) => matches(value, (url) => url.username !== '' || url.password !== ''),
  expected: 'an address without a user name or password',
}

const withoutFragment: TextRule = {
  broken: (value) => value.includes('#'),
  expected: 'an address without a fragment (#…)',
  hint: (value) => `did you mean ${value.split('#')[0]}?`,
}

/** An address that a person's browser is sent to with a response. */
export const redirectRules: readonly TextRule[] = [
  {
    broken: (value) => value.includes('*'),
    expected: 'one whole address: there are no wildcards, each address is listed',
  },
  absolute,
  withoutFragment,
  withoutUser,
  {
    broken: (value) => !matches(value, (url) => isHttps(url) || isLoopbackHttp(url) || isOwnScheme(url)),
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
    broken: (value) => !matches(value, (url) => isHttps(url) || isLoopbackHttp(url)),
    expected: 'https://…, or http:// with a loopback address',
  },
]

/** An address of the client that this server asks, or sends a browser to, without a response. */
export const endpointRules: readonly TextRule[] = [...pageRules, withoutFragment]

const onlyHttps: TextRule = { broken: (value) => !matches(value, isHttps), expected: 'https://…' }

export const secureRules: readonly TextRule[] = [absolute, withoutUser, onlyHttps]

/** Of a request object's address the fragment may be a digest of what is there (OpenID Connect Core §6.2). */
export const requestRules: readonly TextRule[] = pageRules
