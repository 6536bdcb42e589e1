/**
 * The client registers itself at a provider, once: the app keeps what came of it.
 *
 * @see RFC 7591, OpenID Connect Dynamic Client Registration §2, §3
 */
import {
  type AuthorizationServer,
  type Client,
  dynamicClientRegistrationRequest,
  processDynamicClientRegistrationResponse,
  ResponseBodyError,
} from 'oauth4webapi'
import { AuthError } from './errors.ts'
import { isErrorName } from './flow/3-authorization-response.ts'
import { type Fetch, transport } from './network.ts'
import type { OpenIdSettings } from './providers/openid-settings.ts'
import type { Site } from './providers/provider.ts'
import { createManagement, type ManagedRegistration } from './registration-management.ts'
import { type Metadata, metadataToAsk, otherForm, toClient } from './registration-metadata.ts'

export interface Registering {
  /** What was saved; it holds the client's secret, and the token by which the registration can be changed. */
  readonly load: () => Promise<Registration | undefined>
  /** Where several processes register at a time, the first to be saved should stay: it is loaded again after. */
  readonly save: (registration: Registration) => Promise<void>
  readonly name?: string
  /** Where the provider registers only whom it knows. */
  readonly initialAccessToken?: string
  /** Further client metadata, such as `logo_uri`. */
  readonly metadata?: Metadata
}

export interface Registration {
  /** Where it was registered; it is of use nowhere else. */
  readonly issuer: string
  /** The provider's answer. */
  readonly client: Metadata
}

export interface Registrar {
  readonly clientId: () => string | undefined
  readonly register: (metadata: AuthorizationServer, site: Site) => Promise<Client>
  readonly manage: (network: Fetch) => ManagedRegistration
}

export function createRegistrar(
  settings: OpenIdSettings,
  registering: Registering,
  now: () => number = Date.now,
): Registrar {
  let known: Client | undefined
  let underWay: Promise<Client> | undefined

  const usable = (registration: Registration | undefined, asked: Metadata): Client | undefined => {
    if (registration?.issuer !== settings.issuer) return undefined
    const { client } = registration
    const holds = (name: string): boolean => {
      const [kept, wanted] = [client[name], [asked[name]].flat()]
      return Array.isArray(kept) && wanted.every((each) => kept.includes(each))
    }
    const isForUs = holds('redirect_uris') && holds('response_types') && otherForm(asked, client) === undefined
    return isForUs && !isOver(client) ? toClient(asked, client) : undefined
  }
  const find = async (server: AuthorizationServer, site: Site): Promise<Client> => {
    try {
      const asked = metadataToAsk(settings, server, site.addresses)
      const kept = usable(await registering.load(), asked)
      if (kept) return remember(kept)
      const client = await askToRegister(server, site, { asked, registering })
      if (isOver(client)) {
        const expected = 'a secret that is good for a while'
        throw new AuthError('registration_failed', { expected, got: 'a secret that is over' })
      }
      await registering.save({ issuer: settings.issuer, client })
      return remember(usable(await registering.load(), asked) ?? toClient(asked, client))
    } finally {
      underWay = undefined
    }
  }
  const remember = (client: Client): Client => {
    known = client
    return client
  }
  const isOver = ({ client_secret_expires_at: end }: Metadata): boolean =>
    typeof end === 'number' && end > 0 && end * 1000 <= now()

  return {
    clientId: () => known?.client_id,
    async register(server, site) {
      if (known && !isOver(known)) return known
      underWay ??= find(server, site)
      return underWay
    },
    manage: (network) =>
      createManagement({
        issuer: settings.issuer,
        registering,
        network,
        changed: () => {
          known = undefined
        },
      }),
  }
}

async function askToRegister(
  server: AuthorizationServer,
  { network }: Site,
  { asked, registering }: { readonly asked: Metadata; readonly registering: Registering },
): Promise<Metadata> {
  if (server.registration_endpoint === undefined) {
    throw new AuthError('registration_failed', { expected: 'a registration_endpoint', got: 'none' })
  }
  const { initialAccessToken } = registering
  const metadata = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  try {
    const response = await dynamicClientRegistrationRequest(server, metadata as Partial<Client>, {
      ...transport(network),
      ...(initialAccessToken !== undefined && { initialAccessToken }),
    })
    const client: Metadata = { ...(await processDynamicClientRegistrationResponse(response)) }
    toClient(asked, client)
    return client
  } catch (error) {
    if (error instanceof AuthError) throw error
    const name = error instanceof ResponseBodyError && isErrorName(error.error) ? error.error : 'another answer'
    throw new AuthError('registration_failed', { expected: '201 with the client', got: name })
  }
}
