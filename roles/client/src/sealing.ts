/**
 * Sealing what leaves the process: cookies and stored records are encrypted JWTs under keys derived from the secret,
 * one for each purpose and site, so that a value of one kind can never be read as another.
 *
 * @see RFC 7516 (JWE), RFC 5869 (HKDF), RFC 10017 §6.1.3.2
 */
import { hash, hkdfSync } from 'node:crypto'
import { EncryptJWT, jwtDecrypt } from 'jose'

export type Purpose = 'attempt' | 'session' | 'sign-out' | 'outcome'

export interface Sealer {
  /** `expiresAt` in epoch seconds. */
  readonly seal: (purpose: Purpose, content: object, expiresAt: number) => Promise<string>
  /** What was sealed for this purpose; `undefined` when it is not ours, was changed, or is over. */
  readonly open: <Content>(purpose: Purpose, sealed: string) => Promise<Content | undefined>
}

export interface SealerSettings {
  /** The first seals; all of them open, so that a secret can be replaced without signing anybody out. */
  readonly secrets: readonly string[]
  /** The site that the sealed values belong to. */
  readonly site: string
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createSealer({ secrets, site, now }: SealerSettings): Sealer {
  const keys = (purpose: Purpose) =>
    secrets.map((secret) => {
      const key = derive(secret, `symbolon 2 ${purpose} ${site}`)
      return { key, kid: hash('sha256', key, 'base64url').slice(0, 8) }
    })
  const rings = {
    attempt: keys('attempt'),
    session: keys('session'),
    'sign-out': keys('sign-out'),
    outcome: keys('outcome'),
  }

  return {
    async seal(purpose, content, expiresAt) {
      const [first] = rings[purpose]
      if (!first) throw new TypeError('no secret to seal with')
      return new EncryptJWT({ content })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: first.kid })
        .setExpirationTime(expiresAt)
        .encrypt(first.key)
    },
    async open<Content>(purpose: Purpose, sealed: string) {
      try {
        const { payload } = await jwtDecrypt<{ content: Content }>(
          sealed,
          ({ kid }) => {
            const known = rings[purpose].find((each) => each.kid === kid)
            if (!known) throw new TypeError('sealed under another secret')
            return known.key
          },
          {
            keyManagementAlgorithms: ['dir'],
            contentEncryptionAlgorithms: ['A256GCM'],
            currentDate: new Date(now()),
            requiredClaims: ['exp', 'content'],
          },
        )
        return payload.content
      } catch {
        return undefined
      }
    },
  }
}

/** 32 bytes for one use of a secret. */
export const derive = (secret: string, use: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, '', use, 32))
