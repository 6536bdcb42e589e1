/** What an app says of an OpenID provider, read once and refused when it can't work. */
import type { JWK } from 'jose'
import type { Client } from 'oauth4webapi'
import { type ClaimsRequest, isAskable } from '../asked.ts'
import { AuthError } from '../errors.ts'
import { contentEncryptionAlgorithms, type Encryption, keyManagementAlgorithms } from '../jwt/open.ts'
import { type AllowHttp, mayFetch } from '../network.ts'
import type { Registering } from '../registration.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import type { OpenIdRules, RequestObjectForm, ResponseType } from './provider.ts'

export interface OpenIdSettings {
  /** Exactly as the provider writes it, the trailing slash included. */
  readonly issuer: string
  /** As it is registered; or let the client `register` itself. */
  readonly clientId?: string
  readonly register?: Registering
  readonly clientSecret?: string
  /** By default `client_secret_basic` with a secret, `private_key_jwt` with a key, otherwise `none`. */
  readonly clientAuthentication?: ClientAuthentication
  /** A private JWK with `alg`, and `kid` when the provider knows several: authenticates, and signs request objects. */
  readonly privateKey?: JWK
  /** Private JWKs that encrypted ID tokens and userinfo are read with; several while one replaces another. */
  readonly decryptionKeys?: readonly JWK[]
  readonly scopes?: readonly string[]
  /** The API that access tokens are for (RFC 8707). */
  readonly resource?: string
  /** Where access tokens may be sent, if not only to `resource`. */
  readonly apis?: readonly string[]
  /** `code` by default, which is best. Tokens from the authorization endpoint come by `form_post`. */
  readonly responseType?: ResponseType
  /** `fragment` only for a provider that knows nothing better for tokens: a script of our page takes them out of the address. */
  readonly responseMode?: 'query' | 'form_post' | 'fragment'
  /** Further parameters of the authorization request, such as `prompt`; the ID token must answer to `max_age` and `acr_values`. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Claims one by one, besides those of the scopes; the ID token must answer to essential `acr` and `auth_time`. */
  readonly claims?: ClaimsRequest
  /** The authorization request as a signed JWT, in the address or where the provider fetches it. */
  readonly requestObject?: 'value' | 'reference' | 'unsigned-reference'
  /**
   * Encrypts a signed request object that says something of a person, by `login_hint`, `id_token_hint` or values of
   * `claims`, to a key of the provider. It must list these algorithms: nothing of the kind leaves unencrypted then.
   */
  readonly requestObjectEncryption?: Encryption
  /** How ID tokens come when it is registered so; otherwise signed by what the provider lists. */
  readonly idToken?: TokenForm
  /** How userinfo comes when it is registered so; otherwise as JSON or signed. */
  readonly userinfo?: TokenForm
  /** Where userinfo is told the access token; `body` for a provider that reads it from a form. */
  readonly userinfoToken?: 'header' | 'body'
  /** Audiences that ID tokens may name besides this client. */
  readonly trustedAudiences?: readonly string[]
  /**
   * Registered at the provider: where it sends the browser after signing it out there. With
   * `BASE_URL/api/auth/signedout/NAME` the return is checked, and the person comes back to the page that was named.
   */
  readonly postLogoutRedirectUri?: string
  /** Ends sessions when the provider says so, by back-channel and front-channel logout. */
  readonly logoutNotices?: boolean
  /** Plain http is allowed on this machine; anywhere else only by `insecure-everywhere`. */
  readonly allowHttp?: AllowHttp
}

/** As it is registered. `HS256` signs with the client secret. */
export interface TokenForm {
  readonly signed?: string
  readonly encrypted?: Encryption
}

/** Nothing here asks anybody: keys are imported when they are first used. */
export function checkSettings(settings: OpenIdSettings): void {
  const { issuer, clientId, register, resource, allowHttp = 'loopback', scopes, responseType = 'code' } = settings
  need(URL.canParse(issuer) && mayFetch(new URL(issuer), allowHttp), 'issuer: an https address', issuer)
  need((clientId === undefined) !== (register === undefined), 'either clientId or register', clientId ?? 'neither')
  need(scopes === undefined || scopes.includes('openid'), 'scopes with openid', scopes?.join(' '))
  const isUri = resource === undefined || (URL.canParse(resource) && !resource.includes('#'))
  need(isUri, 'resource: a URI without fragment', resource)
  need(
    responseType === 'code' || settings.responseMode !== 'query',
    'responseMode: form_post, since tokens never come in an address',
    'query',
  )
  need(responseType !== 'code' || settings.responseMode !== 'fragment', 'responseMode: query or form_post', 'fragment')
  if (settings.claims) need(isAskable('claims', JSON.stringify(settings.claims)), 'claims: an object', 'another value')
  for (const form of [settings.idToken ?? {}, settings.userinfo ?? {}]) checkForm(settings, form)
  const signing = settings.requestObject === 'value' || settings.requestObject === 'reference'
  need(!signing || settings.privateKey !== undefined, 'privateKey, which signs request objects', 'none')
  if (!settings.requestObjectEncryption) return
  need(signing, 'requestObject: value or reference, which is signed before it is encrypted', settings.requestObject)
  checkEncryption(settings.requestObjectEncryption)
}

function checkEncryption({ alg, enc }: Encryption): void {
  need(keyManagementAlgorithms.includes(alg), keyManagementAlgorithms.join(' '), alg)
  need(contentEncryptionAlgorithms.includes(enc), contentEncryptionAlgorithms.join(' '), enc)
}

function checkForm({ clientSecret, register, decryptionKeys = [] }: OpenIdSettings, { signed, encrypted }: TokenForm) {
  need(signed !== 'none', 'a signature algorithm', 'none')
  const hasSecret = clientSecret !== undefined || register !== undefined
  need(!signed?.startsWith('HS') || hasSecret, `clientSecret for ${signed}`, 'none')
  if (!encrypted) return
  checkEncryption(encrypted)
  need(decryptionKeys.length > 0, 'decryptionKeys, which read what is encrypted', 'none')
}

export function rulesOf(settings: OpenIdSettings): OpenIdRules {
  const { trustedAudiences = [], logoutNotices = false, privateKey, decryptionKeys = [] } = settings
  return {
    userinfoToken: settings.userinfoToken ?? 'header',
    trustedAudiences,
    logoutNotices,
    requestObject: requestObjectForm(settings),
    publicKeys: [
      ...(privateKey ? [toPublic(privateKey, 'sig')] : []),
      ...decryptionKeys.map((key) => toPublic(key, 'enc')),
    ],
  }
}

function requestObjectForm(settings: OpenIdSettings): RequestObjectForm | undefined {
  const { requestObject, requestObjectEncryption: encrypted, privateKey } = settings
  if (requestObject === undefined) return undefined
  const by = requestObject === 'value' ? 'value' : 'reference'
  return { by, key: requestObject === 'unsigned-reference' ? undefined : privateKey, encrypted }
}

const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg'] as const

/** Only what is known to be public. */
function toPublic(key: JWK, use: 'sig' | 'enc'): JWK {
  const members = publicMembers.flatMap((name) => (key[name] === undefined ? [] : [[name, key[name]] as const]))
  return { ...Object.fromEntries(members), use } as JWK
}

/** The client as the provider knows it, in the words of its registration. */
export function registeredForms({
  idToken = {},
  userinfo = {},
  requestObject,
  requestObjectEncryption,
  privateKey,
}: OpenIdSettings): Partial<Client> {
  const all = {
    id_token_signed_response_alg: idToken.signed,
    id_token_encrypted_response_alg: idToken.encrypted?.alg,
    id_token_encrypted_response_enc: idToken.encrypted?.enc,
    userinfo_signed_response_alg: userinfo.signed,
    userinfo_encrypted_response_alg: userinfo.encrypted?.alg,
    userinfo_encrypted_response_enc: userinfo.encrypted?.enc,
    request_object_signing_alg: requestObject && (requestObject === 'unsigned-reference' ? 'none' : privateKey?.alg),
    request_object_encryption_alg: requestObjectEncryption?.alg,
    request_object_encryption_enc: requestObjectEncryption?.enc,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

export function need(holds: boolean, expected: string, got: string | undefined): void {
  if (!holds) throw new AuthError('client_settings_wrong', { expected, got: got ?? 'nothing' })
}
