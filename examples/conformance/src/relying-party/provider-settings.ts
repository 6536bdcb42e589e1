/** What the suite is told of the app, and what the app of a module says of its provider. */
import type { OpenIdSettings, Registration, ResponseType } from '@symbolon/client'
import { findIssuer } from '@symbolon/client'
import type { JWK } from 'jose'
import type { Suite } from '../suite.ts'
import type { Variant } from '../suite-api.ts'
import type { RelyingPartyAddresses } from './app.ts'
import { endsWithDiscovery, modulePrefix } from './journeys.ts'

const clientId = 'relying-party'
const clientSecret = 'open-secret-of-the-conformance-relying-party'

/** What is pasted into the suite for all plans. */
export const planConfiguration = ({ alias }: Suite, app: RelyingPartyAddresses) => ({
  alias,
  description: 'Symbolon, relying party',
  /** How long a module waits for what must not come; one that is still at work by then never ends. */
  waitTimeoutSeconds: 4,
  client: {
    client_id: clientId,
    client_secret: clientSecret,
    client_name: 'Symbolon',
    redirect_uri: app.callback,
    initiate_login_uri: app.initiate,
    post_logout_redirect_uri: app.signedOut,
    backchannel_logout_uri: app.backChannelLogout,
    backchannel_logout_session_required: true,
    frontchannel_logout_uri: app.frontChannelLogout,
    frontchannel_logout_session_required: true,
  },
})

export interface Wanted {
  /** The module's name. */
  readonly module: string
  readonly variant: Variant
  readonly issuer: string
  /** Signs request objects. */
  readonly privateKey: JWK
  /** What is typed by a person whose provider must be found first, by module; given for those of WebFinger. */
  readonly typed?: string
}

/** What the app of a module says of its provider. */
export async function providerSettings(wanted: Wanted, app: RelyingPartyAddresses): Promise<OpenIdSettings> {
  const { module, variant, typed, privateKey } = wanted
  const short = module.slice(modulePrefix.length + 1)
  const issuer = typed === undefined ? wanted.issuer : await findIssuer(typed, { allowHttp: 'loopback' })
  const responseType = (variant.response_type ?? 'code') as ResponseType
  const fallback = responseType === 'code' ? 'query' : 'fragment'
  const registers = variant.client_registration === 'dynamic_client' && !endsWithDiscovery(module)
  return {
    issuer,
    responseType,
    responseMode: variant.response_mode === 'form_post' ? 'form_post' : fallback,
    // the module has ended once it was asked for its keys
    scopes: short === 'discovery-jwks-uri-keys' ? ['openid'] : ['openid', 'profile', 'email', 'phone', 'address'],
    apis: [new URL('userinfo', issuer).href],
    postLogoutRedirectUri: app.signedOut,
    logoutNotices: /logout/.test(short),
    clientAuthentication: 'client_secret_basic',
    idToken: { signed: /^invalid-sig-(.*)$/.exec(short)?.[1]?.toUpperCase() ?? 'RS256' },
    ...(registers ? { register: registering() } : { clientId, clientSecret }),
    ...(variant.request_type === 'request_uri' &&
      (short === 'request-uri-signed-none'
        ? { requestObject: 'unsigned-reference' }
        : { requestObject: 'reference', privateKey })),
    ...(short === 'userinfo-signed' && { userinfo: { signed: 'RS256' } }),
    ...(short === 'userinfo-bearer-body' && { userinfoToken: 'body' }),
  }
}

/** The registration lives as long as the app: a module of the suite forgets it too. */
function registering(): NonNullable<OpenIdSettings['register']> {
  let kept: Registration | undefined
  return {
    name: 'Symbolon',
    metadata: { contacts: ['conformance@example.com'] },
    load: async () => kept,
    save: async (registration) => {
      kept = registration
    },
  }
}

/** What the suite finds the module's issuer by (its WebFinger knows aliases and names of modules). */
export function typedFor({ base, alias }: Suite, module: string): string | undefined {
  const { host } = new URL(base)
  if (module.endsWith('webfinger-acct')) return `acct:${alias}.${module}@${host}`
  return module.endsWith('webfinger-url') ? `https://${host}/${alias}/${module}` : undefined
}
