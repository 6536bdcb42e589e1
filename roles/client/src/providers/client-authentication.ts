/**
 * How the client proves at the token endpoint which one it is.
 *
 * @see RFC 6749 §2.3, RFC 7523 §2.2 with RFC 10070, OpenID Connect Core §9
 */
import { importJWK, type JWK } from 'jose'
import {
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  modifyAssertion,
  None,
  PrivateKeyJwt,
} from 'oauth4webapi'
import { AuthError } from '../errors.ts'

export const clientAuthentications = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
] as const

export type ClientAuthentication = (typeof clientAuthentications)[number]

export const isClientAuthentication = (value: unknown): value is ClientAuthentication =>
  (clientAuthentications as readonly unknown[]).includes(value)

/** The best that secret and key allow. */
export const usualAuthentication = (secret: string | undefined, key: JWK | undefined): ClientAuthentication =>
  key ? 'private_key_jwt' : secret ? 'client_secret_basic' : 'none'

/** An assertion says what it is, so that it can't be taken for another JWT (RFC 10070 §4). */
const saysWhatItIs = {
  [modifyAssertion]: (header: { typ?: unknown }) => {
    header.typ = 'client-authentication+jwt'
  },
}

export async function authentication(client: Client, privateKey: JWK | undefined): Promise<ClientAuth> {
  const { client_secret: secret, token_endpoint_auth_method: method } = client
  if (method === 'none') return None()
  if (method === 'private_key_jwt') {
    const key = await signingKey(privateKey)
    return PrivateKeyJwt({ key, ...(privateKey?.kid !== undefined && { kid: privateKey.kid }) }, saysWhatItIs)
  }
  if (typeof secret !== 'string' || secret === '') {
    throw new AuthError('client_settings_wrong', { expected: `clientSecret for ${method}`, got: 'none' })
  }
  if (method === 'client_secret_jwt') return ClientSecretJwt(secret, saysWhatItIs)
  return method === 'client_secret_post' ? ClientSecretPost(secret) : ClientSecretBasic(secret)
}

export async function signingKey(jwk: JWK | undefined): Promise<CryptoKey> {
  const key = jwk?.alg === undefined ? undefined : await importJWK(jwk)
  if (key instanceof CryptoKey && key.type === 'private') return key
  throw new AuthError('client_settings_wrong', { expected: 'privateKey: a private JWK with alg', got: 'another value' })
}
