/**
 * What the userinfo endpoint adds to the ID token: as JSON, or as a JWT that is signed, encrypted or both.
 *
 * @see OpenID Connect Core §5.3.2, §5.3.4
 */
import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import type { Claims } from '@symbolon/protocol/claims'
import type { JWTPayload } from 'jose'
import { userInfoRequest } from 'oauth4webapi'
import { AuthError } from './errors.ts'
import { encryption, openJwt, signatureAlgorithms } from './jwt/open.ts'
import { transport } from './network.ts'
import type { Connection } from './providers/provider.ts'
import { shown } from './shown.ts'

export interface UserinfoQuestion {
  readonly accessToken: string
  /** Of the ID token: an answer about anybody else is none (OpenID Connect Core §5.3.2). */
  readonly sub: string
}

/**
 * An access token for another resource may be refused there: then the ID token has said who it is, and only the
 * further claims are missing.
 */
export async function askUserinfo(connection: Connection, { accessToken, sub }: UserinfoQuestion): Promise<Claims> {
  const { metadata, client, network } = connection
  if (metadata.userinfo_endpoint === undefined) return {}
  const asked =
    connection.provider.openid?.userinfoToken === 'body'
      ? postToken(connection, accessToken)
      : userInfoRequest(metadata, client, accessToken, transport(network))
  const response = await asked.catch((error: unknown) => {
    if (error instanceof AuthError && error.code !== 'provider_unavailable') throw error
    return undefined
  })
  if (response?.status !== 200) {
    await response?.body?.cancel()
    return {}
  }
  const claims = await read(connection, response)
  if (claims.sub !== sub) {
    const got = claims.sub === undefined ? 'no sub' : 'another sub'
    throw new AuthError('userinfo_invalid', { expected: 'sub: the person of the ID token', got })
  }
  return claims as Claims
}

/** The other way to show a token there (RFC 6750 §2.2; OpenID Connect Core §5.3.1). */
const postToken = ({ metadata, client, network }: Connection, accessToken: string): Promise<Response> =>
  network(metadata.userinfo_endpoint ?? '', {
    method: 'POST',
    headers: { accept: client.userinfo_signed_response_alg ? 'application/jwt' : 'application/json' },
    body: new URLSearchParams({ access_token: accessToken }),
  })

async function read(connection: Connection, response: Response): Promise<JWTPayload> {
  const { client, metadata, provider } = connection
  const encrypted = encryption(client.userinfo_encrypted_response_alg, client.userinfo_encrypted_response_enc)
  const signed = client.userinfo_signed_response_alg
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/jwt') {
    const registered = encrypted !== undefined || signed !== undefined
    const body: unknown =
      type === 'application/json' && !registered ? await response.json().catch(() => undefined) : undefined
    if (typeof body === 'object' && body !== null) return { ...body }
    const expected = registered ? 'application/jwt, as it is registered' : 'application/json or application/jwt'
    throw new AuthError('userinfo_invalid', { expected, got: type?.slice(0, 50) ?? 'no content type' })
  }
  const { claims } = await openJwt(connection, (await response.text()).trim(), {
    reason: 'userinfo_invalid',
    signed: signatureAlgorithms(signed, metadata.userinfo_signing_alg_values_supported ?? verificationAlgorithms),
    encrypted,
    unsignedInside: signed === undefined,
  })
  const { iss = provider.issuer, aud = client.client_id } = claims
  if (iss !== provider.issuer) {
    throw new AuthError('userinfo_invalid', { expected: `iss: ${provider.issuer}`, got: shown(iss) })
  }
  if (![aud].flat().includes(client.client_id)) {
    throw new AuthError('userinfo_invalid', { expected: `aud: ${client.client_id}`, got: shown(aud) })
  }
  return claims
}
