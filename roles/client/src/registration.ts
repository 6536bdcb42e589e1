/**
 * The client registers itself at a provider, once: the app keeps what came of it.
 *
 * @see RFC 7591, OpenID Connect Dynamic Client Registration §2, §3
 */
import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
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
import { isClientAuthentication, usualAuthentication } from './providers/client-authentication.ts'
import { type OpenIdSettings, registeredForms, rulesOf } from './providers/openid-settings.ts'
import type { Addresses, Site } from './providers/provider.ts'
import { createManagement, type ManagedRegistration } from './registration-management.ts'

export interface Registering {
  /** What was saved; it holds the client's secret, and the token by which the registration can be changed. */
  readonly load: () => Promise<Registration | undefined>
  /** Where several processes register at a time, the first to be saved should stay: it is loaded again after. */
  readonly save: (registration: Registration) => Promise<void>
  readonly name?: string
  /** Where the provider registers only whom it knows. */
  readonly initialAccessToken?: string
  /** Further client metadata, such as `logo_uri`. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface Registration {
  /** Where it was registered; it is of use nowhere else. */
  readonly issuer: string
  /** The provider's answer. */
  readonly client: Readonly<Record<string, unknown>>
}

type Metadata = Readonly<Record<string, unknown>>

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
  const isOver = ({ client_secret_expires_at: end }: Readonly<Record<string, unknown>>): boolean =>
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

/** Everything is said, also what is usual, so that nothing rests on what a provider takes for usual. */
function metadataToAsk(settings: OpenIdSettings, server: AuthorizationServer, addresses: Addresses): Metadata {
  const { responseType = 'code', clientAuthentication, privateKey, register, postLogoutRedirectUri } = settings
  const { publicKeys, requestObject, logoutNotices } = rulesOf(settings)
  const implicit = responseType.includes('token')
  const listed = server.id_token_signing_alg_values_supported ?? ['RS256']
  const best = listed.includes('RS256') ? 'RS256' : verificationAlgorithms.find((alg) => listed.includes(alg))
  return {
    client_name: register?.name,
    ...register?.metadata,
    application_type: 'web',
    redirect_uris: [addresses.redirect],
    response_types: [responseType],
    grant_types: [
      ...(responseType.includes('code') ? ['authorization_code', 'refresh_token'] : []),
      ...(implicit ? ['implicit'] : []),
    ],
    token_endpoint_auth_method: clientAuthentication ?? usualAuthentication('given by the provider', privateKey),
    id_token_signed_response_alg: best,
    ...registeredForms(settings),
    jwks: publicKeys.length > 0 ? { keys: publicKeys } : undefined,
    initiate_login_uri: addresses.initiate.startsWith('https:') ? addresses.initiate : undefined,
    post_logout_redirect_uris: [postLogoutRedirectUri ?? addresses.signedOut],
    request_uris: requestObject?.by === 'reference' ? [addresses.requests] : undefined,
    ...(logoutNotices && {
      backchannel_logout_uri: addresses.backChannelLogout,
      backchannel_logout_session_required: true,
      frontchannel_logout_uri: addresses.frontChannelLogout,
      frontchannel_logout_session_required: true,
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

const forms =
  /^(id_token|userinfo)_(signed|encrypted)_response_(alg|enc)$|^request_object_(signing_alg|encryption_(alg|enc))$/

/** What is registered otherwise than it was asked for. */
const otherForm = (asked: Metadata, answer: Metadata): string | undefined =>
  Object.keys(answer).find(
    (name) =>
      forms.test(name) && asked[name] !== undefined && answer[name] !== asked[name] && !isUnsigned(name, answer),
  )

/** No ID token is taken without a signature, whatever is registered; it is refused when it comes. */
const isUnsigned = (name: string, answer: Metadata): boolean =>
  name === 'id_token_signed_response_alg' && answer[name] === 'none'

/** What the provider registered, with what it does not mention as it was asked for. */
function toClient(asked: Metadata, answer: Metadata): Client {
  const signed = 'id_token_signed_response_alg'
  const client: Metadata = { ...asked, ...answer, ...(isUnsigned(signed, answer) ? { [signed]: asked[signed] } : {}) }
  const other = otherForm(asked, answer)
  if (other !== undefined) {
    throw new AuthError('registration_failed', {
      expected: `${other} ${String(asked[other])}`,
      got: String(client[other]).slice(0, 50),
    })
  }
  const { client_id, token_endpoint_auth_method: method } = client
  if (typeof client_id !== 'string' || !isClientAuthentication(method)) {
    throw new AuthError('registration_failed', {
      expected: 'a client_id and a way to authenticate that we know',
      got: String(method).slice(0, 50),
    })
  }
  return client as unknown as Client
}
