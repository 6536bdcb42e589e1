/**
 * Opening a JWT that a provider made: decrypted where encryption was agreed on, then verified with the provider's
 * keys. Which algorithms may be used is settled by registration and metadata and never by the token.
 *
 * @see RFC 8725 §3.1, §3.2; RFC 7516; OpenID Connect Core §10, §16.14
 */

import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import type { Reason } from '@symbolon/protocol/refusals'
import {
  type CompactJWEHeaderParameters,
  compactDecrypt,
  compactVerify,
  decodeProtectedHeader,
  errors,
  importJWK,
  type JWTPayload,
} from 'jose'
import { AuthError } from '../errors.ts'
import type { Connection } from '../providers/provider.ts'

export interface Opening {
  /** What it is called when it can't be opened. */
  readonly reason: Reason
  /** Signature algorithms that are accepted. */
  readonly signed: readonly string[]
  /** How it must be encrypted; `undefined` when it must not be. */
  readonly encrypted: Encryption | undefined
  /** Whether an encrypted one may hold claims that nobody signed, as userinfo may (OpenID Connect Core §5.3.2). */
  readonly unsignedInside?: boolean
}

export interface Encryption {
  readonly alg: string
  readonly enc: string
}

export interface Opened {
  readonly claims: JWTPayload
  /** `none` only where `unsignedInside` allows it. */
  readonly alg: string
  readonly typ: string | undefined
  /** The signed token, without the encryption around it. */
  readonly signed: string
}

export const keyManagementAlgorithms: readonly string[] = [
  'RSA-OAEP-256',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A256KW',
]
export const contentEncryptionAlgorithms: readonly string[] = ['A128GCM', 'A256GCM', 'A128CBC-HS256', 'A256CBC-HS512']

/** The one that was registered; otherwise what the metadata lists and we know, `RS256` when it lists nothing. */
export const signatureAlgorithms = (registered: unknown, listed: readonly string[] | undefined): readonly string[] =>
  typeof registered === 'string'
    ? [registered]
    : verificationAlgorithms.filter((alg) => (listed ?? ['RS256']).includes(alg))

/** As registered; content is encrypted with A128CBC-HS256 where only `alg` is (OpenID Connect Registration §2). */
export const encryption = (alg: unknown, enc: unknown): Encryption | undefined =>
  typeof alg === 'string' ? { alg, enc: typeof enc === 'string' ? enc : 'A128CBC-HS256' } : undefined

export async function openJwt(connection: Connection, token: string, opening: Opening): Promise<Opened> {
  const { reason, signed: algorithms, encrypted, unsignedInside = false } = opening
  const isEncrypted = token.split('.').length === 5
  if (isEncrypted !== (encrypted !== undefined)) {
    const [expected, got] = encrypted
      ? ['an encrypted token', 'one that is not']
      : ['a signed token', 'an encrypted one']
    throw new AuthError(reason, { expected, got })
  }
  const signed = encrypted ? await decrypted(connection, token, { reason, encrypted }) : token
  if (unsignedInside && signed.startsWith('{'))
    return { claims: claimsOf(signed, reason), alg: 'none', typ: undefined, signed }

  const { alg, typ } = headerOf(signed, reason)
  if (!algorithms.includes(alg)) {
    throw new AuthError(reason, {
      expected: `alg ${algorithms.join(' ') || 'that both sides know'}`,
      got: alg.slice(0, 20),
    })
  }
  const { payload } = await verified(connection, signed, { reason, alg })
  return { claims: claimsOf(new TextDecoder().decode(payload), reason), alg, typ, signed }
}

async function decrypted(
  { decryptionKeys }: Connection,
  token: string,
  { reason, encrypted: { alg, enc } }: { readonly reason: Reason; readonly encrypted: Encryption },
): Promise<string> {
  const expected = `encryption by ${alg} and ${enc} for a key of ours`
  const find = async ({ kid }: CompactJWEHeaderParameters) => {
    const fitting = decryptionKeys.filter(
      (key) => (key.alg ?? alg) === alg && (kid === undefined || (key.kid ?? kid) === kid),
    )
    const [key] = fitting
    if (!key || fitting.length > 1) throw new errors.JWEInvalid('no one key of ours is named')
    return importJWK(key, alg)
  }
  const { plaintext } = await compactDecrypt(token, find, {
    keyManagementAlgorithms: [alg],
    contentEncryptionAlgorithms: [enc],
    maxDecompressedLength: 0,
  }).catch((error: unknown) => {
    throw new AuthError(reason, { expected, got: codeOf(error) })
  })
  return new TextDecoder().decode(plaintext)
}

async function verified(
  { findKey, client }: Connection,
  token: string,
  { reason, alg }: { readonly reason: Reason; readonly alg: string },
) {
  const symmetric = alg.startsWith('HS')
  const secret = typeof client.client_secret === 'string' ? new TextEncoder().encode(client.client_secret) : undefined
  const options = { algorithms: [alg] }
  try {
    if (!symmetric) return await compactVerify(token, findKey, options)
    // a secret shorter than the digest is guessed sooner than the signature (RFC 7518 §3.2)
    if (!secret || secret.length * 8 < Number(alg.slice(2))) {
      throw new AuthError('client_settings_wrong', {
        expected: `clientSecret of ${alg.slice(2)} bits or more`,
        got: 'less',
      })
    }
    return await compactVerify(token, secret, options)
  } catch (error) {
    if (error instanceof AuthError) throw error
    throw new AuthError(reason, { expected: 'a signature by one key of the provider', got: codeOf(error) })
  }
}

function headerOf(token: string, reason: Reason): { readonly alg: string; readonly typ: string | undefined } {
  try {
    const { alg, typ } = decodeProtectedHeader(token)
    return { alg: typeof alg === 'string' ? alg : 'none', typ: typeof typ === 'string' ? typ : undefined }
  } catch {
    throw new AuthError(reason, { expected: 'a signed JWT', got: 'another value' })
  }
}

function claimsOf(text: string, reason: Reason): JWTPayload {
  try {
    const claims: unknown = JSON.parse(text)
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims }
  } catch {
    // told below
  }
  throw new AuthError(reason, { expected: 'claims as a JSON object', got: 'another value' })
}

/** The library's messages can quote a token; its codes can't. */
const codeOf = (error: unknown): string => (error instanceof errors.JOSEError ? error.code : 'something unreadable')
