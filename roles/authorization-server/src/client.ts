/**
 * A client as the rules see it: its registered metadata read once, with every default of the standards filled in.
 *
 * Metadata keys are those of RFC 7591 §2 and OpenID Connect Registration §2. Our own, beside them: `resources`,
 * `introspects`, `require_pkce`, `rotate_refresh_tokens`, `consent`, `backchannel_logout_at_expiry`; and of a client that
 * registered itself `reviewed` and `compatible`.
 *
 * @see RFC 7591 §2 and §2.2
 */
import {
  type ContentEncryptionAlgorithm,
  contentEncryptionAlgorithms,
  isSigningAlgorithm,
  type KeyManagementAlgorithm,
  keyManagementAlgorithms,
  type SigningAlgorithm,
} from '@symbolon/protocol/algorithms'
import { list } from '@symbolon/protocol/parameters'
import { type ResponseType, responseTypeOf } from '@symbolon/protocol/response-types'
import { intersect } from '@symbolon/protocol/scope'
import { once } from './once.ts'
import type { ClientRecord, Seconds } from './ports/records.ts'

export const authenticationMethods = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
] as const

export type AuthenticationMethod = (typeof authenticationMethods)[number]

export interface Encryption {
  readonly algorithm: KeyManagementAlgorithm
  readonly content: ContentEncryptionAlgorithm
}

export type PageName = 'client_uri' | 'logo_uri' | 'policy_uri' | 'tos_uri'

export interface Client {
  readonly id: string
  /** What people call it, in the language nearest to `locale` (RFC 7591 §2.2); its id when it has no name. */
  readonly name: (locale: string) => string
  /**
   * What it shows of itself, likewise; of a client that nobody reviewed only what is on the host that this answer goes to,
   * or where there is none, each of its answers: it may have registered an address of somebody else, too.
   */
  readonly page: (name: PageName, locale?: string, redirectUri?: string) => string | undefined
  readonly contacts: readonly string[]
  readonly applicationType: 'web' | 'native'
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** What hears, in the person's browser and from us, that a session has ended; both are told which one. */
  readonly frontchannelLogoutUri: string | undefined
  readonly backchannelLogoutUri: string | undefined
  /** Hears, too, of a session that merely ran out. */
  readonly logoutAtExpiry: boolean
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly ResponseType[]
  /** The scopes it may ask for; `undefined`: any scope of its resources. */
  readonly scopes: readonly string[] | undefined
  /** The resources it may ask tokens for; `undefined`: any that the person allows. */
  readonly resources: readonly string[] | undefined
  /** The resources it speaks for: it may introspect tokens whose audience they are (RFC 7662 §2.1). */
  readonly introspects: readonly string[]
  /** A method that is not served never authenticates anybody. */
  readonly authenticationMethod: string
  readonly authenticationSigningAlgorithm: string | undefined
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | undefined
  /** Where its keys are, when they are not in `jwks`. */
  readonly jwksUri: string | undefined
  readonly secrets: ClientRecord['secrets']
  readonly requirePkce: boolean
  readonly rotateRefreshTokens: boolean
  /** First-party: nobody is asked. */
  readonly skipConsent: boolean
  /** The algorithm its ID tokens are signed with; RS256 unless registered (OpenID Connect Registration §2). */
  readonly idTokenSigningAlgorithm: SigningAlgorithm
  /** Of ID tokens and logout tokens. */
  readonly idTokenEncryption: Encryption | undefined
  /** Makes userinfo a JWT. */
  readonly userinfoSigningAlgorithm: SigningAlgorithm | undefined
  readonly userinfoEncryption: Encryption | undefined
  /** The algorithm that signed authorization responses are signed with; RS256 unless registered (JARM §3). */
  readonly authorizationSigningAlgorithm: SigningAlgorithm
  readonly authorizationEncryption: Encryption | undefined
  readonly defaultMaxAge: Seconds | undefined
  readonly requireAuthTime: boolean
  readonly defaultAcrValues: readonly string[]
  /** The only algorithm its request objects may have; `none`: they are not signed. */
  readonly requestObjectSigningAlgorithm: string | undefined
  /** Takes its requests in no other way, so that nobody can send others in its name (RFC 9101 §10.5). */
  readonly requireSignedRequestObject: boolean
  /** Where its request objects may stand; no other is fetched. */
  readonly requestUris: readonly string[]
  /** Registered by itself: nobody here has looked at it. */
  readonly unreviewed: boolean
  /** When it changed its own registration, if nobody has looked at it. */
  readonly changedAt: Seconds | undefined
  /** Within which the client knows people by subjects of its own (pairwise); `undefined` with public ones. */
  readonly sector: string | undefined
  readonly disabled: boolean
}

declare const authenticated: unique symbol

/** A client whose credentials were checked, or a public client. Only `client-authentication/` makes one. */
export type AuthenticatedClient = Client & { readonly [authenticated]: true }

/** A client that has no credentials (RFC 6749 §2.1). */
export const isPublic = (client: Client): boolean => client.authenticationMethod === 'none'

/** Of a scope that was granted what the registration still has: what it has lost since is not given any more. */
export const stillRegistered = (granted: readonly string[], { scopes }: Client): readonly string[] =>
  scopes === undefined ? granted : intersect(granted, scopes)

export const clientFrom = once((record: ClientRecord): Client => {
  const { metadata } = record
  const hasSecrets = record.secrets.length > 0
  const redirectUris = texts(metadata.redirect_uris) ?? []
  const unreviewed = metadata.reviewed === false
  const authenticationMethod =
    text(metadata.token_endpoint_auth_method) ?? (hasSecrets ? 'client_secret_basic' : 'none')
  const isConfidential = authenticationMethod !== 'none'
  const idTokenAlgorithm = text(metadata.id_token_signed_response_alg)
  const responseAlgorithm = text(metadata.authorization_signed_response_alg)
  const userinfoAlgorithm = text(metadata.userinfo_signed_response_alg)
  return {
    id: record.clientId,
    name: (locale) => localized(metadata, 'client_name', locale) ?? record.clientId,
    page: (name, locale = '', redirectUri = undefined) => {
      const page = localized(metadata, name, locale)
      const answered = redirectUri === undefined ? redirectUris : [redirectUri]
      return unreviewed && !answered.every((uri) => hostOf(uri) === hostOf(page ?? '')) ? undefined : page
    },
    contacts: texts(metadata.contacts) ?? [],
    applicationType: metadata.application_type === 'native' ? 'native' : 'web',
    redirectUris,
    postLogoutRedirectUris: texts(metadata.post_logout_redirect_uris) ?? [],
    frontchannelLogoutUri: text(metadata.frontchannel_logout_uri),
    backchannelLogoutUri: text(metadata.backchannel_logout_uri),
    logoutAtExpiry: metadata.backchannel_logout_at_expiry === true,
    grantTypes: texts(metadata.grant_types) ?? ['authorization_code'],
    responseTypes: (texts(metadata.response_types) ?? ['code']).flatMap((type) => responseTypeOf(type) ?? []),
    // An empty scope is none, not any.
    scopes: typeof metadata.scope === 'string' ? list(metadata.scope) : undefined,
    resources: texts(metadata.resources),
    introspects: texts(metadata.introspects) ?? [],
    authenticationMethod,
    authenticationSigningAlgorithm: text(metadata.token_endpoint_auth_signing_alg),
    jwks: keySet(metadata.jwks),
    jwksUri: text(metadata.jwks_uri),
    secrets: record.secrets,
    // Whatever was once allowed to it: without credentials of its own a client is never let off (RFC 9700 §2.1.1, §2.2.2).
    requirePkce: !isConfidential || (metadata.require_pkce ?? metadata.compatible !== true) !== false,
    rotateRefreshTokens: !isConfidential || metadata.rotate_refresh_tokens === true,
    skipConsent: metadata.consent === 'never',
    idTokenSigningAlgorithm: isSigningAlgorithm(idTokenAlgorithm) ? idTokenAlgorithm : 'RS256',
    idTokenEncryption: encryption(metadata, 'id_token'),
    userinfoSigningAlgorithm: isSigningAlgorithm(userinfoAlgorithm) ? userinfoAlgorithm : undefined,
    userinfoEncryption: encryption(metadata, 'userinfo'),
    authorizationSigningAlgorithm: isSigningAlgorithm(responseAlgorithm) ? responseAlgorithm : 'RS256',
    authorizationEncryption: encryption(metadata, 'authorization'),
    defaultMaxAge: seconds(metadata.default_max_age),
    requireAuthTime: metadata.require_auth_time === true,
    defaultAcrValues: texts(metadata.default_acr_values) ?? [],
    requestObjectSigningAlgorithm: text(metadata.request_object_signing_alg),
    requireSignedRequestObject: metadata.require_signed_request_object === true,
    requestUris: texts(metadata.request_uris) ?? [],
    unreviewed,
    changedAt: unreviewed && record.updatedAt > record.createdAt ? record.updatedAt : undefined,
    sector: metadata.subject_type === 'pairwise' ? sectorOf(record) : undefined,
    disabled: record.disabled,
  }
})

/**
 * The host of `sector_identifier_uri`, or of the redirect URIs, of which registration allows one only (§8.1). Every app
 * can have an address on the person's device, and write any host behind a scheme of its own: each is a sector by itself.
 */
function sectorOf({ clientId, metadata }: ClientRecord): string {
  const named = text(metadata.sector_identifier_uri) ?? texts(metadata.redirect_uris)?.[0] ?? ''
  const url = URL.parse(named)
  return url?.protocol === 'https:' ? url.hostname : `client ${clientId}`
}

/** Only on the web a host is somebody's. */
const hostOf = (uri: string): string | undefined => {
  const url = URL.parse(uri)
  return url !== null && ['https:', 'http:'].includes(url.protocol) ? url.host : undefined
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined

const seconds = (value: unknown) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined)

/** `A128CBC-HS256` unless the content's encryption is registered, too (OpenID Connect Registration §2). */
function encryption(
  metadata: Readonly<Record<string, unknown>>,
  what: 'id_token' | 'userinfo' | 'authorization',
): Encryption | undefined {
  const named = metadata[`${what}_encrypted_response_alg`]
  const algorithm = keyManagementAlgorithms.find((name) => name === named)
  const wanted = metadata[`${what}_encrypted_response_enc`] ?? 'A128CBC-HS256'
  const content = contentEncryptionAlgorithms.find((name) => name === wanted)
  return algorithm && content && { algorithm, content }
}

function keySet(value: unknown): Client['jwks'] {
  const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : undefined
  if (!Array.isArray(keys)) return undefined
  return { keys: keys.filter((key) => typeof key === 'object' && key !== null) }
}

/** `client_name#pt-BR`, then `client_name#pt`, then `client_name`; language tags compare without case (BCP 47). */
function localized(metadata: Readonly<Record<string, unknown>>, name: string, locale: string): string | undefined {
  const [language = ''] = locale.split('-')
  const wanted = [`${name}#${locale}`, `${name}#${language}`, name].map((key) => key.toLowerCase())
  for (const want of wanted) {
    const key = Object.keys(metadata).find((key) => key.toLowerCase() === want)
    const value = key === undefined ? undefined : text(metadata[key])
    if (value !== undefined) return value
  }
  return undefined
}
