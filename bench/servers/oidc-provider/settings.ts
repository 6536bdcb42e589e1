/** How oidc-provider is configured to do what ours does: PKCE for all, opaque and JWT access tokens, rotation, memory of consents. */
import { callback, lifetimes, people, resources, robotScope, secret, type World, webScope } from '../../world.ts'
import type { Adapter } from './adapter.ts'

interface Context {
  readonly oidc: {
    readonly result?: { readonly consent?: { readonly grantId?: string } }
    readonly session: { readonly accountId?: string; grantIdFor(clientId: string): string | undefined }
    readonly client: { readonly clientId: string }
    readonly provider: { readonly Grant: { find(id: string): Promise<unknown> } }
  }
}

interface KnownClient {
  grantTypeAllowed(grantType: string): boolean
}

/** Where the consent of a person for a client is remembered. */
export const rememberedAs = (person: string, client: string) => `${person} ${client}`

export function settingsOf(world: World, adapter: (model: string) => Adapter) {
  const remembered = adapter('Remembered')
  const scopes = new Map(Object.values(resources).map((resource) => [resource.name as string, resource]))
  const es256 = { id_token_signed_response_alg: 'ES256' }
  const robot = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: robotScope }

  return {
    adapter,
    jwks: { keys: Object.values(world.signingKeys) },
    cookies: { keys: [world.cookieSecret] },
    clients: [
      {
        ...es256,
        client_id: 'web',
        client_secret: secret,
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        scope: webScope,
      },
      { ...es256, ...robot, client_id: 'robot', client_secret: secret },
      {
        ...es256,
        ...robot,
        client_id: 'keyed',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [world.clientKey.public] },
      },
    ],
    scopes: ['openid', 'offline_access', 'profile', 'email', ...robotScope.split(' ')],
    claims: { profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    findAccount: (_context: unknown, id: string) => {
      const person = people.find(({ sub }) => sub === id)
      if (person === undefined) return undefined
      const { email, username, claims } = person
      return { accountId: id, claims: () => ({ sub: id, email, preferred_username: username, ...claims }) }
    },
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    async loadExistingGrant({ oidc }: Context) {
      const { session, client, provider, result } = oidc
      const now = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
      const kept = now ?? (await remembered.find(rememberedAs(session.accountId ?? '', client.clientId)))?.grantId
      return typeof kept === 'string' ? provider.Grant.find(kept) : undefined
    },
    issueRefreshToken: async (_context: unknown, client: KnownClient) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    pkce: { required: () => true },
    ttl: {
      AccessToken: lifetimes.accessToken,
      AuthorizationCode: lifetimes.code,
      ClientCredentials: lifetimes.accessToken,
      Grant: lifetimes.refreshToken,
      IdToken: lifetimes.idToken,
      Interaction: 3_600,
      RefreshToken: lifetimes.refreshToken,
      Session: lifetimes.session,
    },
    enabledJWA: { clientAuthSigningAlgValues: ['ES256'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo(_context: unknown, name: string) {
          const resource = scopes.get(name)
          if (resource === undefined) throw new Error('There is no such resource.')
          const { scope, format, algorithm } = resource
          return {
            scope,
            audience: name,
            accessTokenFormat: format,
            accessTokenTTL: lifetimes.accessToken,
            ...(algorithm !== undefined && { jwt: { sign: { alg: algorithm } } }),
          }
        },
      },
    },
  }
}
