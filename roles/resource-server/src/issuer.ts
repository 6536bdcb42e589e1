/** The issuer as the guard sees it: its keys and, where configured, its answers about opaque tokens. */
import { clear } from '@symbolon/protocol/evidence'
import { discover, type IssuerMetadata } from './discovery.ts'
import { GuardError } from './errors.ts'
import { type Fetch, fetchJson } from './fetch-json.ts'
import { createIntrospection, type Introspection } from './introspection.ts'
import { createKeyCache, type KeyCache } from './key-cache.ts'
import { type CheckedSettings, isTrustworthy } from './settings.ts'

export interface Issuer {
  readonly keys: KeyCache
  readonly introspection: Introspection | undefined
}

const metadataAge = 3_600_000

export function createIssuer({
  settings,
  fetch,
  now,
}: {
  readonly settings: CheckedSettings
  readonly fetch: Fetch
  readonly now: () => number
}): Issuer {
  const metadata = rememberMetadata(() => discover(fetch, settings.issuer), now)

  /** An address from the metadata must be as safe to reach as one from the settings. */
  const find = async (given: string | undefined, published: keyof IssuerMetadata): Promise<string> => {
    const address = given ?? (await metadata())[published]
    const downgraded = given === undefined && isTls(settings.issuer) && !isTls(address)
    if (address === undefined || downgraded || !isTrustworthy(address, settings.insecureIssuer))
      throw new GuardError('discovery_failed', {
        expected: clear(`an https address as ${published}`),
        got: clear(address),
      })
    return address
  }

  return {
    keys: createKeyCache({
      load: async () => fetchJson(fetch, await find(settings.jwksUri, 'jwksUri')),
      now,
    }),
    introspection:
      settings.introspection &&
      createIntrospection({
        settings: settings.introspection,
        findEndpoint: () => find(settings.introspection?.endpoint, 'introspectionEndpoint'),
        fetch,
        now,
      }),
  }
}

/** An issuer reached over TLS publishes no address that is not, not even on this machine. */
const isTls = (address: string | undefined): boolean => address?.toLowerCase().startsWith('https:') === true

/** Found once and looked up again each hour; what is known stays in use while the issuer doesn't answer. */
function rememberMetadata(load: () => Promise<IssuerMetadata>, now: () => number): () => Promise<IssuerMetadata> {
  let known: { readonly metadata: IssuerMetadata; readonly until: number } | undefined
  let pending: Promise<IssuerMetadata> | undefined
  const refresh = async (): Promise<IssuerMetadata> => {
    try {
      const metadata = await load()
      known = { metadata, until: now() + metadataAge }
      return metadata
    } catch (error) {
      if (known) return known.metadata
      throw error
    } finally {
      pending = undefined
    }
  }
  return async () => {
    if (known && known.until > now()) return known.metadata
    pending ??= refresh()
    return pending
  }
}
