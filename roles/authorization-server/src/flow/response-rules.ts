/**
 * What the client may have as an answer, and how it may travel: the rules on `response_type` and `response_mode`, and on
 * what they demand of the rest of the request.
 *
 * Every type but `code` is only for clients that are registered for it; an access token through the browser besides only
 * for an installation that says so, because it can't be bound to the client that asked (RFC 9700 §2.1.2).
 *
 * @see OAuth 2.0 Multiple Response Types §2.1 and §5, OpenID Connect Core §3.2.2.1 and §3.3.2.1, JARM §2.3
 */
import type { Rule } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { list } from '@symbolon/protocol/parameters'
import {
  carrierOf,
  contentsOf,
  defaultModeOf,
  isSigned,
  type ResponseMode,
  type ResponseType,
  responseModeOf,
  responseModesAsked,
  responseTypes,
} from '@symbolon/protocol/response-types'
import type { Client } from '../client.ts'
import type { Settings } from '../ports/issuer.ts'
import type { Sent } from './authorization-rules.ts'
import { destinationOf } from './redirect-uri.ts'

export interface AskedResponse {
  readonly sent: Sent
  readonly client: Client
  readonly redirectUri: string
  readonly settings: Pick<Settings, 'compatibleProfile'>
  /** `undefined` when it is missing, or none that there is. */
  readonly responseType: ResponseType | undefined
}

const safer = responseTypes.filter((type) => !contentsOf(type).accessToken)

/** What an issuer serves. */
export const responseTypesServed = ({ compatibleProfile }: Pick<Settings, 'compatibleProfile'>) =>
  compatibleProfile ? responseTypes : safer

const fromHere = (type: ResponseType | undefined) => type !== undefined && defaultModeOf(type) === 'fragment'

export const responseRules: readonly Rule<AskedResponse>[] = [
  { reason: 'response_type_missing', broken: ({ sent }) => !sent.values.has('response_type') },
  {
    reason: 'response_type_unsupported',
    broken: ({ responseType, settings }) =>
      responseType === undefined || !responseTypesServed(settings).includes(responseType),
    seen: ({ sent, settings }) => ({
      expected: clear(responseTypesServed(settings)),
      got: clear(sent.values.get('response_type')),
    }),
  },
  {
    reason: 'response_type_not_allowed',
    broken: ({ client, responseType }) => responseType === undefined || !mayAskFor(responseType, client),
    seen: ({ client, responseType }) => ({ expected: clear(client.responseTypes), got: clear(responseType) }),
  },
  {
    reason: 'response_mode_unsupported',
    broken: ({ sent, responseType }) => responseModeOf(sent.values.get('response_mode'), responseType) === undefined,
    seen: ({ sent }) => ({ expected: clear(responseModesAsked), got: clear(sent.values.get('response_mode')) }),
  },
  {
    reason: 'response_mode_not_allowed',
    broken: (asked) => {
      const mode = responseModeOf(asked.sent.values.get('response_mode'), asked.responseType)
      return mode !== undefined && !mayTravelIn(mode, asked)
    },
    seen: ({ sent, responseType }) => ({
      expected: clear(defaultModeOf(responseType)),
      got: clear(sent.values.get('response_mode')),
    }),
  },
  {
    reason: 'nonce_missing',
    broken: ({ sent, responseType }) =>
      responseType !== undefined && contentsOf(responseType).idToken && !sent.values.has('nonce'),
  },
  {
    reason: 'scope_lacks_openid',
    broken: ({ sent, responseType }) =>
      responseType !== undefined &&
      contentsOf(responseType).idToken &&
      !list(sent.values.get('scope')).includes('openid'),
    seen: ({ sent }) => ({ expected: clear('openid'), got: clear(sent.values.get('scope')) }),
  },
  {
    // Whoever sees the way would see the tokens; the browser of a native app does not leave the device.
    reason: 'redirect_uri_not_https',
    broken: ({ client, redirectUri, responseType }) =>
      fromHere(responseType) && redirectUri.startsWith('http:') && !isOnDevice(client, redirectUri),
    seen: ({ redirectUri }) => ({ expected: clear('https'), got: clear(redirectUri) }),
  },
  {
    // One access token is for one resource, and here no token request can choose.
    reason: 'resources_several',
    broken: ({ sent, responseType }) =>
      responseType !== undefined && contentsOf(responseType).accessToken && sent.resources.length > 1,
    seen: ({ sent }) => ({ got: clear(sent.resources) }),
  },
]

const isOnDevice = ({ applicationType }: Client, redirectUri: string): boolean =>
  applicationType === 'native' && destinationOf(redirectUri).kind === 'this-computer'

/** Registered for the type, and for the grants that it is (RFC 7591 §2.1, OpenID Connect Registration §2). */
export function mayAskFor(type: ResponseType, { responseTypes, grantTypes }: Client): boolean {
  const { code } = contentsOf(type)
  return (
    responseTypes.includes(type) &&
    (!code || grantTypes.includes('authorization_code')) &&
    (!fromHere(type) || grantTypes.includes('implicit'))
  )
}

type Travelling = Pick<AskedResponse, 'responseType' | 'redirectUri' | 'client'>

/**
 * No token in a query, where servers and browsers write it down, unless only the client can read it (Multiple Response
 * Types §5, JARM §2.3.1), and no form to an app on the device, which is started by an address alone.
 */
export function mayTravelIn(mode: ResponseMode, { responseType, redirectUri, client }: Travelling): boolean {
  const carrier = carrierOf(mode)
  if (carrier === 'form_post') return destinationOf(redirectUri).kind !== 'app'
  const isSecret = isSigned(mode) && client.authorizationEncryption !== undefined
  return carrier !== 'query' || !fromHere(responseType) || isSecret
}

/** How the client hears of what is wrong, whatever is wrong: as it asked for, if that may be. */
export function modeOfAnswer(asked: string | undefined, how: Travelling): ResponseMode {
  const mode = responseModeOf(asked, how.responseType)
  return mode !== undefined && mayTravelIn(mode, how) ? mode : defaultModeOf(how.responseType)
}
