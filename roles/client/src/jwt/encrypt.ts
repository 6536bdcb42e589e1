/**
 * Encrypting what we signed, to a key of the provider, by algorithms that settings name and its metadata lists.
 *
 * @see RFC 7516 §5.1, RFC 7519 §5.2, OpenID Connect Core §10.2
 */
import { CompactEncrypt, importJWK, type JWK } from 'jose'
import { AuthError } from '../errors.ts'
import type { Connection } from '../providers/provider.ts'
import type { Encryption } from './open.ts'

export async function encryptedTo(connection: Connection, encryption: Encryption, signed: string): Promise<string> {
  const { metadata, theirKeys } = connection
  const { alg, enc } = encryption
  needListed('request_object_encryption_alg_values_supported', { metadata, word: alg, silence: [] })
  // a provider that lists only how keys are agreed on reads content as we choose
  needListed('request_object_encryption_enc_values_supported', { metadata, word: enc, silence: [enc] })
  const jwk = (await theirKeys()).find((key) => isFor(key, alg))
  if (!jwk) throw new AuthError('discovery_failed', { expected: `a key of the provider for ${alg}`, got: 'none' })
  return new CompactEncrypt(new TextEncoder().encode(signed))
    .setProtectedHeader({ alg, enc, cty: 'JWT', ...(jwk.kid !== undefined && { kid: jwk.kid }) })
    .encrypt(await importJWK(jwk, alg))
}

interface Listed {
  readonly metadata: Connection['metadata']
  readonly word: string
  /** What a provider means that lists nothing. */
  readonly silence: readonly string[]
}

function needListed(name: string, { metadata, word, silence }: Listed): void {
  const listed: unknown = metadata[name] ?? silence
  if (Array.isArray(listed) && listed.includes(word)) return
  throw new AuthError('discovery_failed', { expected: `${name} with ${word}`, got: 'none' })
}

/** What is for signatures is for nothing else. */
const isFor = ({ use, alg, kty, crv }: JWK, wanted: string): boolean =>
  use === 'enc' &&
  (alg ?? wanted) === wanted &&
  (wanted.startsWith('RSA') ? kty === 'RSA' : kty === 'EC' || (kty === 'OKP' && crv === 'X25519'))
