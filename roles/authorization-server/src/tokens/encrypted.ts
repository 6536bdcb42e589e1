/**
 * What only one client may read: encrypted to a key of its own, after it was signed.
 *
 * The library is loaded when the first client asks for it.
 *
 * @see OpenID Connect Core §10.2, §16.14 (sign, then encrypt)
 * @see RFC 7516 §5.1, RFC 7518 §4 and §5, RFC 7519 §5.2 (`cty` of a JWT within)
 */
import type { Encryption } from '../client.ts'
import { encryptionKeyOf } from '../keys/client-keys.ts'
import type { Keyholder } from '../keys/key-sets.ts'

/** Nobody but the client can help: it asked for encryption and publishes no key for it. */
export class EncryptionKeyMissing extends Error {
  override readonly name = 'EncryptionKeyMissing'
  readonly reason = 'client_encryption_key_missing'
}

/** Whether it will be missing: asked where somebody would sign in for nothing. */
export const lacksKey = async (holder: Keyholder, { algorithm }: Encryption): Promise<boolean> =>
  (await encryptionKeyOf(holder, algorithm)) === undefined

export async function encryptTo(
  holder: Keyholder,
  { algorithm, content }: Encryption,
  { text, signed }: { readonly text: string; readonly signed: boolean },
): Promise<string> {
  const found = await encryptionKeyOf(holder, algorithm)
  if (found === undefined) throw new EncryptionKeyMissing(`No key of ${holder.client.id} is for ${algorithm}.`)
  const { CompactEncrypt } = await import('jose')
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({
      alg: algorithm,
      enc: content,
      ...(signed && { cty: 'JWT' }),
      ...(found.kid !== undefined && { kid: found.kid }),
    })
    .encrypt(found.key)
}

/** As it is, for the many clients that did not ask for encryption. */
export const encryptSigned = (
  holder: Keyholder,
  encryption: Encryption | undefined,
  jwt: Promise<string>,
): Promise<string> =>
  encryption === undefined ? jwt : jwt.then((text) => encryptTo(holder, encryption, { text, signed: true }))
