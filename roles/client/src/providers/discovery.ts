/**
 * A provider's metadata: found by its issuer, believed only when it names exactly that issuer, fetched once however
 * many sign-ins wait for it.
 *
 * @see OpenID Connect Discovery §4, RFC 8414 §3
 */
import { type AuthorizationServer, discoveryRequest, processDiscoveryResponse } from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import { type Fetch, hasName, transport } from '../network.ts'
import { shown } from '../shown.ts'

const freshFor = 60 * 60_000

/** Before a provider that did not answer is asked again. Milliseconds. */
const pause = 30_000

/** `clock` in milliseconds from any beginning. */
export function createDiscovery(
  issuer: string,
  clock: () => number = () => performance.now(),
): (network: Fetch) => Promise<AuthorizationServer> {
  let known: { readonly metadata: AuthorizationServer; readonly until: number } | undefined
  let underWay: Promise<AuthorizationServer> | undefined

  const fetchAgain = async (network: Fetch): Promise<AuthorizationServer> => {
    try {
      const metadata = await discover(issuer, network)
      known = { metadata, until: clock() + freshFor }
      return metadata
    } catch (error) {
      // what was known serves on while the provider can't be asked, and nobody waits for it at every request
      if (!known || !(error instanceof AuthError) || error.code !== 'provider_unavailable') throw error
      known = { ...known, until: clock() + pause }
      return known.metadata
    } finally {
      underWay = undefined
    }
  }

  return async (network) => {
    if (known && known.until > clock()) return known.metadata
    underWay ??= fetchAgain(network)
    return underWay
  }
}

/** OpenID's place first, then the one of RFC 8414. */
async function discover(issuer: string, network: Fetch): Promise<AuthorizationServer> {
  const url = new URL(issuer)
  const tried: string[] = []
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    const response = await discoveryRequest(url, {
      ...transport((address, init) => {
        tried.push(address)
        return network(address, init)
      }),
      algorithm,
    })
    if (response.status >= 500) {
      throw new AuthError('provider_unavailable', { expected: '200', got: `${response.status} at ${tried.at(-1)}` })
    }
    if (response.status === 200) return believe(issuer, url, response)
    await response.body?.cancel()
  }
  throw new AuthError('discovery_failed', { expected: 'the provider’s metadata', got: `none at ${tried.join(', ')}` })
}

async function believe(issuer: string, url: URL, response: Response): Promise<AuthorizationServer> {
  const named = await issuerNamedIn(response.clone())
  if (named !== issuer) throw new AuthError('discovery_failed', { expected: issuer, got: named.slice(0, 200) })
  const metadata = await processDiscoveryResponse(url, response).catch((error: unknown) => {
    const got = error instanceof Error ? error.message : 'something unreadable'
    throw new AuthError('discovery_failed', { expected: 'a metadata document', got })
  })
  for (const [endpoint, isNeeded] of Object.entries(endpoints)) {
    const address = metadata[endpoint]
    if (address === undefined ? isNeeded : !isUsable(address, url)) {
      throw new AuthError('discovery_failed', {
        expected: `${endpoint}: an https address`,
        got: shown(address),
      })
    }
  }
  for (const list of lists) {
    const listed = metadata[list]
    if (listed !== undefined && !(Array.isArray(listed) && listed.every((each) => typeof each === 'string'))) {
      throw new AuthError('discovery_failed', { expected: `${list}: a list of words`, got: typeof listed })
    }
  }
  return metadata
}

/** Of what is listed here we choose. */
const lists = [
  'response_types_supported',
  'id_token_signing_alg_values_supported',
  'userinfo_signing_alg_values_supported',
]

/** Addresses that we use or send the browser to, and whether no sign-in is possible without. */
const endpoints = {
  authorization_endpoint: true,
  token_endpoint: true,
  jwks_uri: false,
  userinfo_endpoint: false,
  revocation_endpoint: false,
  end_session_endpoint: false,
  registration_endpoint: false,
  check_session_iframe: false,
}

/**
 * An issuer reached over TLS has endpoints reached over TLS, and one that has a name does not send us to addresses, or to
 * services of this machine.
 */
export function isUsable(address: unknown, issuer: URL): boolean {
  if (typeof address !== 'string' || !URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return ['https:', issuer.protocol].includes(protocol) && (hasName(hostname) || !hasName(issuer.hostname))
}

async function issuerNamedIn(response: Response): Promise<string> {
  const document: unknown = await response.json().catch(() => undefined)
  const named = typeof document === 'object' && document !== null && 'issuer' in document ? document.issuer : undefined
  return typeof named === 'string' ? named : '(no issuer)'
}
