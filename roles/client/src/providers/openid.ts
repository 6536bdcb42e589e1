/**
 * Any OpenID provider, by the address of its issuer.
 *
 * @see OpenID Connect Core §3, OpenID Connect Discovery §4, RFC 8414, RFC 7591
 */
import type { Client, ClientAuth } from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import { createKeys, type ProviderKeys } from '../jwt/keys.ts'
import { createRegistrar } from '../registration.ts'
import { userOf } from '../user.ts'
import { askUserinfo } from '../userinfo.ts'
import { authentication, usualAuthentication } from './client-authentication.ts'
import { createDiscovery } from './discovery.ts'
import { checkSettings, type OpenIdSettings, registeredForms, rulesOf } from './openid-settings.ts'
import type { Connection, PersonQuestion, Provider, User } from './provider.ts'

export function openid(settings: OpenIdSettings): Provider {
  checkSettings(settings)
  const { issuer, resource, responseType = 'code', claims, register, privateKey } = settings
  const discover = createDiscovery(issuer)
  const keys = createKeys()
  const registrar = register && createRegistrar(settings, register)
  const own = registrar ? undefined : configuredClient(settings)
  const authenticate = remembered((client: Client) => authentication(client, privateKey))

  const provider: Provider = {
    issuer,
    openid: rulesOf(settings),
    clientId: () => own?.client_id ?? registrar?.clientId(),
    scopes: settings.scopes ?? ['openid', 'profile', 'email'],
    resource,
    apis: settings.apis ?? (resource === undefined ? [] : [resource]),
    responseType,
    responseMode: settings.responseMode ?? (responseType === 'code' ? 'query' : 'form_post'),
    parameters: { ...settings.parameters, ...(claims && { claims: JSON.stringify(claims) }) },
    allowHttp: settings.allowHttp ?? 'loopback',
    postLogoutRedirectUri: settings.postLogoutRedirectUri,
    async connect(site) {
      const { network } = site
      const metadata = await discover(network)
      needSupport(metadata, responseType)
      const client = own ?? (await registrar?.register(metadata, site))
      if (!client) throw new AuthError('client_settings_wrong', { expected: 'clientId or register', got: 'neither' })
      const { jwks_uri: uri } = metadata
      const { find, all } = uri === undefined ? noKeys : keys({ uri, network })
      return {
        provider,
        metadata,
        client,
        authenticate: await authenticate(client),
        findKey: find,
        theirKeys: all,
        decryptionKeys: settings.decryptionKeys ?? [],
        network,
      }
    },
    manage: registrar?.manage,
    readTokenResponse: async (response) => response,
    person,
  }
  return provider
}

const configuredClient = (settings: OpenIdSettings): Client => {
  const { clientId = '', clientSecret, privateKey, clientAuthentication } = settings
  return {
    client_id: clientId,
    ...(clientSecret !== undefined && { client_secret: clientSecret }),
    token_endpoint_auth_method: clientAuthentication ?? usualAuthentication(clientSecret, privateKey),
    ...registeredForms(settings),
  }
}

/** A provider that lists what it can do, and not this, would only send the person back with an error. */
function needSupport({ response_types_supported: listed }: Connection['metadata'], responseType: string): void {
  const words = (value: string) => value.split(' ').sort().join(' ')
  if (listed === undefined || listed.some((each) => words(String(each)) === words(responseType))) return
  throw new AuthError('discovery_failed', {
    expected: `response type ${responseType}`,
    got: listed.join(', ').slice(0, 200),
  })
}

const noPlace = async (): Promise<never> => {
  throw new AuthError('discovery_failed', { expected: 'jwks_uri: an https address', got: 'none' })
}
const noKeys: ProviderKeys = { find: noPlace, all: noPlace }

const remembered = (make: (client: Client) => Promise<ClientAuth>) => {
  const made = new WeakMap<Client, Promise<ClientAuth>>()
  return (client: Client): Promise<ClientAuth> => {
    const kept = made.get(client) ?? make(client)
    made.set(client, kept)
    return kept
  }
}

const scopesWithClaims = ['profile', 'email', 'address', 'phone']

async function person(connection: Connection, question: PersonQuestion): Promise<User> {
  const { accessToken, scopes, parameters, claims = {} } = question
  const { sub } = claims
  if (typeof sub !== 'string') throw new AuthError('id_token_invalid', { expected: 'sub', got: 'none' })
  const asksForMore = scopesWithClaims.some((scope) => scopes.includes(scope)) || 'claims' in parameters
  const more = asksForMore && accessToken !== undefined ? await askUserinfo(connection, { accessToken, sub }) : {}
  return userOf(sub, claims, more)
}
