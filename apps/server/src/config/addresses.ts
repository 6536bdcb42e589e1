/**
 * What the issuer's own address must be: the list is in the order in which its rules are applied. What addresses of
 * clients must be stands with registration.
 *
 * @see RFC 8414 §2
 */
import {
  absolute,
  isHttps,
  isLoopback,
  isLoopbackHttp,
  parsed,
  withoutUser,
} from '@symbolon/authorization-server/registration/addresses'
import type { TextRule } from './kinds.ts'

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
