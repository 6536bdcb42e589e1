/**
 * What must fit together in a client, whoever registers it: its method and its keys, its grants and its addresses.
 *
 * @see RFC 7591 §2 and §2.1, OpenID Connect Dynamic Client Registration §2
 */
import { macAlgorithms } from '@symbolon/protocol/algorithms'
import { contentsOf } from '@symbolon/protocol/response-types'
import { isHttps, isLocalhost, isLoopback, isOwnScheme, parsed } from './addresses.ts'
import { encryptionRules } from './encryption-rules.ts'
import type { MemberName, Metadata } from './members.ts'

/** Metadata with the defaults that the rules ask for. */
export type Described = Metadata & Required<Pick<Metadata, 'token_endpoint_auth_method'>>

export interface MetadataRule {
  readonly key: MemberName
  readonly broken: (client: Described) => boolean
  readonly expected: string
  readonly got: string
}

const grantsOf = ({ grant_types }: Described): readonly string[] => grant_types ?? ['authorization_code']

const responsesOf = (client: Described) =>
  client.response_types ?? (grantsOf(client).includes('authorization_code') ? ['code' as const] : [])

const isPublic = ({ token_endpoint_auth_method: method }: Described) => method === 'none'

const redirects = ({ redirect_uris = [] }: Described): readonly URL[] =>
  redirect_uris.flatMap((uri) => parsed(uri) ?? [])

/** Something comes to the browser that is more than a code. */
const isImplicit = (client: Described) =>
  responsesOf(client).some((type) => contentsOf(type).idToken || contentsOf(type).accessToken)

const isRedirected = (client: Described) =>
  grantsOf(client).some((grant) => grant === 'authorization_code' || grant === 'implicit')

const isMac = (algorithm: string | undefined) => macAlgorithms.some((name) => name === algorithm)

export const metadataRules: readonly MetadataRule[] = [
  {
    key: 'token_endpoint_auth_signing_alg',
    broken: (client) =>
      isMac(client.token_endpoint_auth_signing_alg) && client.token_endpoint_auth_method !== 'client_secret_jwt',
    expected: 'client_secret_jwt beside an algorithm with a shared secret',
    got: 'another method',
  },
  {
    key: 'token_endpoint_auth_signing_alg',
    broken: ({ token_endpoint_auth_signing_alg: algorithm, token_endpoint_auth_method: method }) =>
      method === 'client_secret_jwt' && algorithm !== undefined && !isMac(algorithm),
    expected: `${macAlgorithms.join(', ')} for client_secret_jwt`,
    got: 'an algorithm with a key of its own',
  },
  {
    key: 'jwks',
    broken: (client) =>
      client.token_endpoint_auth_method === 'private_key_jwt' &&
      client.jwks === undefined &&
      client.jwks_uri === undefined,
    expected: 'jwks, which private_key_jwt needs',
    got: 'a client without keys',
  },
  {
    key: 'jwks_uri',
    broken: (client) => client.jwks !== undefined && client.jwks_uri !== undefined,
    expected: 'jwks or jwks_uri, and not both (RFC 7591 §2)',
    got: 'both',
  },
  {
    key: 'redirect_uris',
    broken: (client) => isRedirected(client) && client.redirect_uris === undefined,
    expected: 'redirect_uris, which the authorization_code grant needs (RFC 7591 §2)',
    got: 'a client without them',
  },
  {
    key: 'response_types',
    broken: (client) =>
      client.response_types?.some((type) => contentsOf(type).code) === true &&
      !grantsOf(client).includes('authorization_code'),
    expected: 'grant_types with authorization_code for the response type code (RFC 7591 §2.1)',
    got: 'grant_types without it',
  },
  {
    key: 'response_types',
    broken: (client) => isImplicit(client) && !grantsOf(client).includes('implicit'),
    expected: 'grant_types with implicit for response types with a token in them (RFC 7591 §2.1)',
    got: 'grant_types without it',
  },
  {
    key: 'grant_types',
    broken: (client) => grantsOf(client).includes('refresh_token') && !grantsOf(client).includes('authorization_code'),
    expected: 'authorization_code beside refresh_token: nothing else gives a refresh token',
    got: 'grant_types without it',
  },
  {
    key: 'grant_types',
    broken: (client) => grantsOf(client).includes('client_credentials') && isPublic(client),
    expected: 'a client with credentials for client_credentials (RFC 6749 §4.4)',
    got: 'a public client',
  },
  {
    key: 'redirect_uris',
    broken: (client) =>
      isImplicit(client) &&
      client.application_type !== 'native' &&
      redirects(client).some((url) => !isHttps(url) || isLocalhost(url)),
    expected:
      'https and a host other than localhost, as a token comes to a web client through the browser, or application_type native',
    got: 'another address',
  },
  {
    key: 'subject_type',
    broken: (client) =>
      client.subject_type === 'pairwise' &&
      client.sector_identifier_uri === undefined &&
      new Set(redirects(client).map((url) => (isHttps(url) ? url.hostname : ''))).size > 1,
    expected: 'sector_identifier_uri, for the redirect_uris have several hosts (OpenID Connect Core §8.1)',
    got: 'pairwise without it',
  },
  {
    key: 'frontchannel_logout_uri',
    broken: ({ frontchannel_logout_uri: uri = '', redirect_uris = [] }) => {
      const page = parsed(uri)
      return page !== undefined && !redirect_uris.some((one) => parsed(one)?.origin === page.origin)
    },
    expected: 'the scheme, host and port of one of redirect_uris (OpenID Connect Front-Channel Logout §2)',
    got: 'an address elsewhere',
  },
  {
    key: 'backchannel_logout_uri',
    broken: (client) => client.backchannel_logout_uri?.startsWith('http:') === true && isPublic(client),
    expected: 'https for a public client (OpenID Connect Back-Channel Logout §2.2)',
    got: 'http',
  },
  ...encryptionRules,
]

/** What is asked only of those who register themselves: nobody has looked at them. */
export const strangerRules: readonly MetadataRule[] = [
  {
    key: 'redirect_uris',
    broken: (client) =>
      client.application_type === 'native' &&
      redirects(client).some((url) => !isOwnScheme(url) && !(url.protocol === 'http:' && isLoopback(url))),
    expected: 'a scheme of its own, or http with a loopback address, for a native client',
    got: 'another address',
  },
]

/** And of those whom no initial access token vouches for: it is we who call there, with whatever they made us say. */
export const uninvitedRules: readonly MetadataRule[] = [
  {
    key: 'backchannel_logout_uri',
    broken: ({ backchannel_logout_uri: uri = '', redirect_uris = [] }) => {
      const place = parsed(uri)
      return place !== undefined && !redirect_uris.some((one) => parsed(one)?.origin === place.origin)
    },
    expected: 'the scheme, host and port of one of redirect_uris, without an initial access token',
    got: 'an address elsewhere',
  },
]
