/**
 * A key that somebody else may have: gone at once, from the published set and from our own verification, and another
 * signs at once.
 *
 * Nothing that it signed is good here any more. A verifier that cached the set before still takes it, until its cache
 * is over (`jwksCache`), and meets the new key unannounced: it has to fetch the set again for a `kid` that it doesn't
 * know, as verifiers do.
 *
 * @see OpenID Connect Core §10.1.1, RFC 8725 §3.5
 */
import type { KeyAlgorithm, SigningKeyRecord } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import { activeKey, claimName, type Keeper } from './lifecycle.ts'
import { makeSigningKey } from './signing-key.ts'

const attempts = 10

/**
 * Ends the keys that `lost` names. One that is published already and waits takes over; otherwise one is made.
 * Returns the key ids that were ended and made.
 */
export async function revokeKeys(
  keeper: Keeper,
  lost: (key: SigningKeyRecord) => boolean,
): Promise<{ readonly revoked: readonly string[]; readonly made: readonly string[] }> {
  const { store, sealing, settings } = keeper
  const configured: readonly KeyAlgorithm[] = [...settings.signingAlgorithms, ...settings.decryptionAlgorithms]
  for (let attempt = 0; attempt < attempts; attempt++) {
    const version = await store.version(claimName)
    const keys = await store.keys.list()
    const now = keeper.now()
    const ended = keys.filter((key) => (key.removedAt ?? Infinity) > now && lost(key))
    if (ended.length === 0) return { revoked: [], made: [] }
    const kept = keys.filter((key) => !ended.includes(key))
    const bereft = [...new Set(ended.map(({ algorithm }) => algorithm))].filter((algorithm) => {
      const next = activeKey(kept, algorithm, now)
      return next === undefined || next.activeAt > now
    })
    const waiting = bereft.flatMap((algorithm) => activeKey(kept, algorithm, now) ?? [])
    // Of another one the next is made when it is first asked for.
    const missing = bereft.filter(
      (algorithm) => configured.includes(algorithm) && waiting.every((key) => key.algorithm !== algorithm),
    )
    const made = await Promise.all(
      missing.map((algorithm) => makeSigningKey(sealing, { algorithm, createdAt: now, activeAt: now })),
    )
    const writes: readonly Write[] = [
      // It is deleted by the next maintenance; until then the list says what became of it.
      ...ended.map((key) => ({ ...endNow(key, now), do: 'update-key' }) as const),
      ...waiting.map(({ kid, retiredAt, removedAt }) => {
        return { do: 'update-key', kid, activeAt: now, retiredAt, removedAt } as const
      }),
      ...made.map((key) => ({ do: 'insert-key', key }) as const),
    ]
    const { committed } = await store.commit([{ do: 'claim', name: claimName, version }, ...writes])
    if (committed) return { revoked: ended.map(({ kid }) => kid), made: made.map(({ kid }) => kid) }
    // Somebody rotated meanwhile: what is there now is looked at anew.
  }
  throw new Error(`The keys could not be changed: other processes kept changing them (${attempts} attempts).`)
}

const endNow = ({ kid, activeAt, retiredAt }: SigningKeyRecord, now: number) => ({
  kid,
  activeAt,
  retiredAt: Math.min(retiredAt ?? now, now),
  removedAt: now,
})
