/**
 * One key of ours that clients encrypt to: opened for use. Made, sealed and rotated as those that sign.
 *
 * Whatever is wrong with a message, the answer is the same, and nothing says how far it came.
 *
 * @see RFC 7516 §5.2, §11.5; RFC 7518 §4.3, §4.6
 */
import type { KeyObject } from 'node:crypto'
import { contentEncryptionAlgorithms, isDecryptionAlgorithm } from '@symbolon/protocol/algorithms'
import type { Sealing } from '../ports/issuer.ts'
import type { SigningKeyRecord } from '../ports/records.ts'
import { readObject } from './compact.ts'
import { openPrivateKey } from './signing-key.ts'

export interface DecryptionKey {
  readonly record: SigningKeyRecord
  readonly key: KeyObject
}

export const openDecryptionKey = (record: SigningKeyRecord, sealing: Sealing): readonly DecryptionKey[] =>
  isDecryptionAlgorithm(record.algorithm) ? [{ record, key: openPrivateKey(record, sealing) }] : []

/** Characters. */
const longest = 32_768

export const isEncrypted = (jwt: string): boolean => jwt.split('.', 6).length === 5

/** What was encrypted to one of the keys; `undefined` for anything else. The algorithm is the key's, not the message's. */
export async function decryptWith(keys: readonly DecryptionKey[], jwe: string): Promise<string | undefined> {
  const header = jwe.length > longest ? undefined : readObject(jwe.split('.', 1)[0] ?? '')
  if (header === undefined || !isEncrypted(jwe)) return undefined
  const found = keys.find(
    ({ record }) => record.algorithm === header.alg && (header.kid === undefined || header.kid === record.kid),
  )
  if (found === undefined) return undefined
  const { compactDecrypt } = await import('jose')
  try {
    const options = {
      keyManagementAlgorithms: [found.record.algorithm],
      contentEncryptionAlgorithms: [...contentEncryptionAlgorithms],
    }
    return new TextDecoder('utf-8', { fatal: true }).decode((await compactDecrypt(jwe, found.key, options)).plaintext)
  } catch {
    return undefined
  }
}
