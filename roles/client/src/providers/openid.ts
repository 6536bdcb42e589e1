/**
 * Any OpenID provider, by the address of its issuer.
 *
 * @see OpenID Connect Core §3.1, RFC 8414, RFC 7523 §2.2 with RFC 10070
 */
import type { Claims } from '@symbolon/protocol/claims'
import { importJWK, type JWK } from 'jose'
import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  clockTolerance,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  processUserInfoResponse,
  userInfoRequest,
} from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import { type AllowHttp, mayFetch, transport } from '../network.ts'
import { createDiscovery } from './discovery.ts'
import type { PersonQuestion, Provider, User } from './provider.ts'

export type ClientAuthentication = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'

export interface OpenIdSettings {
  /** Exactly as the provider writes it, the trailing slash included. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string
  /** By default `client_secret_basic` with a secret, `private_key_jwt` with a key, otherwise `none`. */
  readonly clientAuthentication?: ClientAuthentication
  /** A private JWK with `alg`, and `kid` when the provider knows several. */
  readonly privateKey?: JWK
  readonly scopes?: readonly string[]
  /** The API that access tokens are for (RFC 8707). */
  readonly resource?: string
  /** Where access tokens may be sent, if not only to `resource`. */
  readonly apis?: readonly string[]
  /** `form_post` needs https, or a provider on the same host: browsers send no other cookies with a foreign form. */
  readonly responseMode?: 'query' | 'form_post'
  /** Further parameters of the authorization request, such as `prompt`; the ID token must answer to `max_age` and `acr_values`. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Registered at the provider: where it sends the browser after signing it out there. */
  readonly postLogoutRedirectUri?: string
  /** Plain http is allowed on this machine; anywhere else only by `insecure-everywhere`. */
  readonly allowHttp?: AllowHttp
}

/** Seconds by which the clocks of client and provider may differ. */
export const clockDifference = 30

export function openid(settings: OpenIdSettings): Provider {
  const { issuer, clientId, resource, allowHttp = 'loopback', scopes = ['openid', 'profile', 'email'] } = settings
  if (!URL.canParse(issuer) || !mayFetch(new URL(issuer), allowHttp)) {
    throw new AuthError('client_settings_wrong', { expected: 'issuer: an https address', got: issuer })
  }
  if (!scopes.includes('openid')) {
    throw new AuthError('client_settings_wrong', { expected: 'scopes with openid', got: scopes.join(' ') })
  }
  if (resource !== undefined && (!URL.canParse(resource) || resource.includes('#'))) {
    throw new AuthError('client_settings_wrong', { expected: 'resource: a URI without fragment', got: resource })
  }
  return {
    issuer,
    openid: true,
    client: { client_id: clientId, [clockTolerance]: clockDifference },
    authenticate: once(() => authentication(settings)),
    scopes,
    resource,
    apis: settings.apis ?? (resource === undefined ? [] : [resource]),
    responseMode: settings.responseMode ?? 'query',
    parameters: settings.parameters ?? {},
    allowHttp,
    postLogoutRedirectUri: settings.postLogoutRedirectUri,
    metadata: createDiscovery(issuer),
    readTokenResponse: async (response) => response,
    person,
  }
}

async function authentication({
  clientSecret = '',
  privateKey,
  clientAuthentication = privateKey ? 'private_key_jwt' : clientSecret ? 'client_secret_basic' : 'none',
}: OpenIdSettings): Promise<ClientAuth> {
  if (clientAuthentication === 'none') return None()
  if (clientAuthentication === 'private_key_jwt') {
    const key = privateKey?.alg === undefined ? undefined : await importJWK(privateKey)
    if (!(key instanceof CryptoKey)) {
      throw new AuthError('client_settings_wrong', {
        expected: 'privateKey: a private JWK with alg',
        got: 'another value',
      })
    }
    return PrivateKeyJwt(
      { key, ...(privateKey?.kid !== undefined && { kid: privateKey.kid }) },
      {
        // an assertion says what it is, so that it can't be taken for another JWT (RFC 10070 §4)
        [modifyAssertion]: (header) => {
          header.typ = 'client-authentication+jwt'
        },
      },
    )
  }
  if (clientSecret === '') {
    throw new AuthError('client_settings_wrong', { expected: `clientSecret for ${clientAuthentication}`, got: 'none' })
  }
  return clientAuthentication === 'client_secret_post'
    ? ClientSecretPost(clientSecret)
    : ClientSecretBasic(clientSecret)
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Claims that are about the token and not about the person. */
const ofTheToken = new Set('iss aud exp iat nbf jti nonce azp at_hash c_hash s_hash sid auth_time acr amr'.split(' '))

async function person(question: PersonQuestion): Promise<User> {
  const { claims = {} } = question
  const { sub } = claims
  if (typeof sub !== 'string') throw new AuthError('id_token_invalid', { expected: 'sub', got: 'none' })
  const own = Object.entries({ ...claims, ...(await furtherClaims(question, sub)) })
  return { ...Object.fromEntries(own.filter(([name]) => !ofTheToken.has(name))), sub }
}

/**
 * What the userinfo endpoint adds. An access token for another resource may be refused there: then the ID token has
 * said who it is, and only the further claims are missing.
 */
async function furtherClaims({ metadata, network, accessToken, scopes }: PersonQuestion, sub: string): Promise<Claims> {
  const wanted = ['profile', 'email', 'address', 'phone'].some((scope) => scopes.includes(scope))
  if (!wanted || metadata.userinfo_endpoint === undefined) return {}
  const client = { client_id: '-' }
  try {
    const response = await userInfoRequest(metadata, client, accessToken, transport(network))
    if (response.status !== 200 || response.headers.get('content-type')?.startsWith('application/json') !== true) {
      await response.body?.cancel()
      return {}
    }
    const claimed = await processUserInfoResponse(metadata, client, sub, response)
    return claimed as Claims
  } catch (error) {
    if (error instanceof AuthError && error.code === 'provider_unavailable') return {}
    // another sub than the ID token's: an answer about somebody else (OpenID Connect Core §5.3.2)
    throw new AuthError('id_token_invalid', {
      expected: 'userinfo about the person of the ID token',
      got: 'another answer',
    })
  }
}
