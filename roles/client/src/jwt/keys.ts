/**
 * A provider's keys, as they are today: fetched again when a token names one that is not among them, but only so
 * often, since anybody can make up a name.
 *
 * @see OpenID Connect Core §10.1.1, RFC 7517
 */
import {
  type CompactJWSHeaderParameters,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWK,
} from 'jose'
import { AuthError } from '../errors.ts'
import type { Fetch } from '../network.ts'

/** The key that verifies a token with this header. Throws jose's errors when there is none, or several. */
export type FindKey = (header: CompactJWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>

export interface ProviderKeys {
  readonly find: FindKey
  /** All of them, for whoever encrypts to the provider. */
  readonly all: () => Promise<readonly JWK[]>
}

export interface KeyPlace {
  readonly uri: string
  readonly network: Fetch
}

/** Keys that were withdrawn in an emergency are believed no longer than this. Milliseconds. */
const freshFor = 5 * 60_000

/** For whoever keeps a provider from answering, a withdrawn key lives no longer than this. Milliseconds. */
const oldest = 60 * 60_000

/** At most so many requests in a minute, whatever tokens name and whether the provider answers or not. */
const window = 60_000
const mostInWindow = 4

type KeySet = ReturnType<typeof createLocalJWKSet>

/** `clock` in milliseconds from any beginning. */
export function createKeys(clock: () => number = () => performance.now()): (place: KeyPlace) => ProviderKeys {
  let known: { readonly uri: string; readonly at: number; readonly keys: KeySet } | undefined
  let underWay: Promise<KeySet> | undefined
  let asked: readonly number[] = []

  /** What serves on while the provider can't be asked. */
  const old = (uri: string): KeySet | undefined =>
    known?.uri === uri && known.at > clock() - oldest ? known.keys : undefined
  const fetchAgain = async ({ uri, network }: KeyPlace): Promise<KeySet> => {
    asked = [...asked.filter((at) => at > clock() - window), clock()]
    try {
      const keys = await fetchKeys(uri, network)
      known = { uri, at: clock(), keys }
      return keys
    } catch (error) {
      const kept = error instanceof AuthError && error.code === 'provider_unavailable' ? old(uri) : undefined
      if (kept) return kept
      throw error
    } finally {
      underWay = undefined
    }
  }
  const again = (place: KeyPlace): Promise<KeySet> => {
    underWay ??= fetchAgain(place)
    return underWay
  }
  const mayAsk = (): boolean => asked.filter((at) => at > clock() - window).length < mostInWindow

  const fresh = ({ uri }: KeyPlace): KeySet | undefined =>
    known?.uri === uri && known.at > clock() - freshFor ? known.keys : undefined
  const current = async (place: KeyPlace): Promise<KeySet> => {
    const keys = fresh(place) ?? (mayAsk() || underWay ? await again(place) : old(place.uri))
    if (keys) return keys
    const { origin } = new URL(place.uri)
    throw new AuthError('provider_unavailable', { expected: `keys from ${origin}`, got: 'no answer just before' })
  }

  return (place) => ({
    async find(header, token) {
      const kept = fresh(place)
      const keys = await current(place)
      try {
        return await keys(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || kept === undefined || !mayAsk()) throw error
        return (await again(place))(header, token)
      }
    },
    all: async () => (await current(place)).jwks().keys,
  })
}

async function fetchKeys(uri: string, network: Fetch): Promise<KeySet> {
  const response = await network(uri, { headers: { accept: 'application/json, application/jwk-set+json' } })
  if (response.status >= 500) {
    throw new AuthError('provider_unavailable', { expected: '200', got: `${response.status} at ${uri}` })
  }
  const body: unknown = response.status === 200 ? await response.json().catch(() => undefined) : undefined
  try {
    return createLocalJWKSet(body as JSONWebKeySet)
  } catch {
    throw new AuthError('discovery_failed', { expected: 'a set of keys', got: `${response.status} at ${uri}` })
  }
}
