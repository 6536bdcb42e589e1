/** A verifier as OpenID Connect Core §10.1.1 describes it: keeps the set, and asks again for a `kid` it doesn't know. */
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { Issuer } from '../../../src/ports/issuer.ts'
import { headerOf } from './world.ts'

export interface CachingVerifier {
  readonly takes: (jwt: string) => Promise<boolean>
  /** How often it had to ask before its cache was over. */
  readonly surprises: () => number
}

/** It gets the set from `keys`, and keeps it for as long as its answer says. */
export function cachingVerifier({ keys, settings, now }: Pick<Issuer, 'keys' | 'settings' | 'now'>): CachingVerifier {
  let cached: Awaited<ReturnType<typeof keys.published>> | undefined
  let cachedAt = 0
  let surprises = 0
  const get = async () => {
    cached = await keys.published()
    cachedAt = now()
  }
  const knows = (jwt: string) => cached?.keys.some(({ kid }) => kid === headerOf(jwt).kid)
  return {
    surprises: () => surprises,
    async takes(jwt) {
      if (cached === undefined || now() - cachedAt >= settings.jwksCache / 2) await get()
      if (!knows(jwt)) {
        surprises++
        await get()
      }
      const set = createLocalJWKSet(cached as unknown as Parameters<typeof createLocalJWKSet>[0])
      return jwtVerify(jwt, set, { currentDate: new Date(now() * 1_000) }).then(
        () => true,
        () => false,
      )
    },
  }
}
