/**
 * The static clients, a set for each family of plans. Their secrets stand here in the open, for whoever runs the suite
 * must paste them into it: this server is for tests.
 */
import { addressesOf, type Suite } from './suite.ts'

const scope = 'openid profile email address phone offline_access'

const implicitTypes = ['id_token', 'id_token token'] as const
const hybridTypes = ['code id_token', 'code token', 'code id_token token'] as const

export const responseTypes = ['code', ...implicitTypes, ...hybridTypes] as const
export type ResponseType = (typeof responseTypes)[number]

type Method = 'client_secret_basic' | 'client_secret_post'

export interface StaticClient {
  readonly client_id: string
  readonly client_name: string
  readonly client_secret: string
  readonly token_endpoint_auth_method: Method
  readonly redirect_uris: readonly string[]
  readonly grant_types: readonly string[]
  readonly response_types: readonly ResponseType[]
  readonly require_pkce: false
  readonly scope: string
  readonly post_logout_redirect_uris?: readonly string[]
  readonly frontchannel_logout_uri?: string
  readonly frontchannel_logout_session_required?: boolean
  readonly backchannel_logout_uri?: string
  readonly backchannel_logout_session_required?: boolean
}

/** Each family has a first client, a second that must not be taken for it, and one that sends its secret in the body. */
const families = [
  { family: 'basic', types: ['code'] },
  { family: 'implicit', types: implicitTypes },
  { family: 'hybrid', types: hybridTypes },
  { family: 'logout', types: responseTypes },
  { family: 'frontchannel', types: responseTypes },
  { family: 'backchannel', types: responseTypes },
] as const

export type Family = (typeof families)[number]['family']
export type Place = 'first' | 'second' | 'post'

export const clientId = (family: Family, place: Place): string => `${family}-${place}`
export const clientSecret = (family: Family, place: Place): string =>
  `open-secret-of-the-conformance-client-${family}-${place}`

export const staticClients = (suite: Suite): readonly StaticClient[] =>
  families.flatMap(({ family, types }) => [
    client({ family, place: 'first', types, suite }),
    client({ family, place: 'second', types, suite }),
    ...(family === 'basic' || family === 'hybrid' ? [client({ family, place: 'post', types, suite })] : []),
  ])

interface Wanted {
  readonly family: Family
  readonly place: Place
  readonly types: readonly ResponseType[]
  readonly suite: Suite
}

function client({ family, place, types, suite }: Wanted): StaticClient {
  const { callback, secondCallback, ...at } = addressesOf(suite)
  const givesCode = types.some((type) => type.includes('code'))
  const givesTokens = types.some((type) => type !== 'code')
  return {
    client_id: clientId(family, place),
    client_name: `Conformance suite, ${family}, ${place}`,
    client_secret: clientSecret(family, place),
    token_endpoint_auth_method: place === 'post' ? 'client_secret_post' : 'client_secret_basic',
    redirect_uris: [callback, secondCallback],
    grant_types: [...(givesCode ? ['authorization_code', 'refresh_token'] : []), ...(givesTokens ? ['implicit'] : [])],
    response_types: types,
    // The suite sends no challenge in most of its modules.
    require_pkce: false,
    scope,
    ...(hasLogout(family) && { post_logout_redirect_uris: [at.postLogout] }),
    ...(family === 'frontchannel' && {
      frontchannel_logout_uri: at.frontchannelLogout,
      frontchannel_logout_session_required: true,
    }),
    ...(family === 'backchannel' && {
      backchannel_logout_uri: at.backchannelLogout,
      backchannel_logout_session_required: true,
    }),
  }
}

const hasLogout = (family: Family) => family === 'logout' || family === 'frontchannel' || family === 'backchannel'
