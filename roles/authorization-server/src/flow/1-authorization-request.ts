/**
 * Step 1: may this authorization request go on, and if it may not, who can be told?
 *
 * Client and redirect URI are proven first. Nothing before that may answer the client, everything after may.
 *
 * @see RFC 6749 §4.1.1 and §4.1.2.1
 * @see OpenID Connect Core §3.1.2.1, §3.1.2.2, §11 (offline access)
 * @see RFC 9700 §2.1, the security practice this server enforces
 */
import { deflateRawSync } from 'node:zlib'
import { allow, type Decision, type Refused, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { list } from '@symbolon/protocol/parameters'
import { contentsOf, type ResponseMode, type ResponseType, responseTypeOf } from '@symbolon/protocol/response-types'
import { within } from '@symbolon/protocol/scope'
import type { Check } from '@symbolon/protocol/trace'
import type { Client } from '../client.ts'
import type { Settings } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'
import { type Resource, resolveTarget } from '../resource.ts'
import { createTrail } from '../trace/trail.ts'
import { promptsSupported, readOnce, recipientRules, requestRules, type Sent } from './authorization-rules.ts'
import { claimsOpenTo, type RequestedClaims, readClaimsRequest } from './claims-request.ts'
import { matchRedirectUri, type VerifiedRedirectUri } from './redirect-uri.ts'
import { mayAskFor, mayTravelIn, modeOfAnswer, responseTypesServed } from './response-rules.ts'

/** What the client asks for, read once. Plain data: it is frozen for as long as the person takes. */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly redirectUri: string
  /** Whether the request named it, and the token request so must too (RFC 6749 §4.1.3). */
  readonly redirectUriSent: boolean
  readonly responseType: ResponseType
  readonly responseMode: ResponseMode
  readonly state: string | null
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  readonly codeChallenge: string | null
  readonly nonce: string | null
  readonly prompt: readonly string[]
  readonly maxAge: Seconds | null
  readonly loginHint: string | null
  /** The person that `id_token_hint` names, or the `sub` of the claims: nobody else may be answered for. */
  readonly hintedPerson: string | null
  /** An ID token of this issuer named them. Anybody can name a `sub`: it may not be learnt here whose it is. */
  readonly hintProven: boolean
  readonly claims: RequestedClaims | null
  readonly uiLocales: readonly string[]
}

declare const proven: unique symbol

/** Where the client hears the answer. Made here only, from a verified redirect URI. */
export interface ReplyTo {
  readonly redirectUri: VerifiedRedirectUri
  readonly responseMode: ResponseMode
  readonly state: string | null
  /** Whose keys and algorithms a signed answer is made for. */
  readonly client: Client
  readonly [proven]: true
}

export type AuthorizationDecision = { readonly checks: readonly Check[] } & (
  | { readonly outcome: 'proceed'; readonly request: AuthorizationRequest; readonly replyTo: ReplyTo }
  | { readonly outcome: 'tell-the-client'; readonly refused: Refused; readonly replyTo: ReplyTo }
  | { readonly outcome: 'tell-the-person'; readonly refused: Refused }
)

export interface Asked {
  readonly params: URLSearchParams
  /** The client that `client_id` names, if there is one. */
  readonly client: Client | undefined
  /** All resources of the issuer. */
  readonly resources: readonly Resource[]
  /** The claims of `id_token_hint`, when it is an ID token of this issuer. */
  readonly hint: Readonly<Record<string, unknown>> | undefined
  readonly settings: Pick<Settings, 'compatibleProfile' | 'signUp'>
  /** Why the request object that came is not believed. */
  readonly object?: Refused | undefined
  /** All of it stood in a request object that is believed. */
  readonly inObject?: boolean | undefined
}

export function decideAuthorization(asked: Asked): AuthorizationDecision {
  const { params, client, resources, hint, settings, object } = asked
  const trail = createTrail()
  const sent = readOnce(params)
  const { values } = sent
  const unknown = trail.apply(recipientRules, { sent, client })
  if (unknown || !client)
    return { outcome: 'tell-the-person', refused: unknown ?? refuse('client_unknown'), checks: trail.checks }
  const returnsTo = findRedirectUri(sent, client)
  if (!returnsTo.ok)
    return { outcome: 'tell-the-person', refused: trail.refused(object ?? returnsTo), checks: trail.checks }

  const responseType = responseTypeOf(values.get('response_type') ?? '')
  const redirectUri = returnsTo.value
  const responseMode = modeOfAnswer(values.get('response_mode'), { responseType, redirectUri, client })
  const replyTo = { redirectUri, responseMode, state: values.get('state') ?? null, client } as ReplyTo
  if (object !== undefined)
    return { outcome: 'tell-the-client', refused: trail.refused(object), replyTo, checks: trail.checks }
  if (client.requireSignedRequestObject && asked.inObject !== true)
    return {
      outcome: 'tell-the-client',
      refused: trail.refused(refuse('request_object_missing')),
      replyTo,
      checks: trail.checks,
    }
  const claims = readClaimsRequest(values.get('claims'))
  const broken = trail.apply(requestRules, { sent, client, hint, settings, redirectUri, responseType, claims })
  if (broken || responseType === undefined)
    return { outcome: 'tell-the-client', refused: broken ?? refuse('server_error'), replyTo, checks: trail.checks }

  const target = resolveTarget({
    client,
    scope: withoutIdleOffline(list(values.get('scope')), client, responseType),
    resources: sent.resources,
    known: resources,
  })
  if (!target.ok) return { outcome: 'tell-the-client', refused: trail.refused(target), replyTo, checks: trail.checks }

  const maxAge = values.get('max_age')
  const openid = target.value.scope.includes('openid')
  const request: AuthorizationRequest = {
    clientId: client.id,
    redirectUri: replyTo.redirectUri,
    redirectUriSent: values.has('redirect_uri'),
    responseType,
    responseMode,
    state: replyTo.state,
    scope: withoutIdleOffline(target.value.scope, client, responseType),
    resources: target.value.resources,
    codeChallenge: values.get('code_challenge') ?? null,
    nonce: values.get('nonce') ?? null,
    prompt: list(values.get('prompt')),
    maxAge: maxAge === undefined ? (client.defaultMaxAge ?? null) : Number(maxAge),
    loginHint: values.get('login_hint') ?? null,
    hintedPerson: typeof hint?.sub === 'string' ? hint.sub : (claims?.subjects[0] ?? null),
    hintProven: hint !== undefined,
    claims: openid ? claimsOpenTo(claims?.claims ?? null, client.scopes) : null,
    uiLocales: list(values.get('ui_locales')),
  }
  if (!fits(request)) {
    return {
      outcome: 'tell-the-client',
      refused: trail.refused(refuse('parameter_too_long')),
      replyTo,
      checks: trail.checks,
    }
  }
  return { outcome: 'proceed', request, replyTo, checks: trail.checks }
}

/**
 * What a frozen request may take, compressed: sealed with the facts of an interaction it must fit into one cookie of
 * 4,096 bytes. A state of 2,000 random base64url characters does, beside everything that is usual.
 */
const frozenAtMost = 1_900

/** What is short enough as it is need not be compressed to know: it never grows by more than a few bytes. */
function fits(request: AuthorizationRequest): boolean {
  const text = Buffer.from(JSON.stringify(request))
  return text.length < frozenAtMost - 20 || deflateRawSync(text).length <= frozenAtMost
}

/** The way back of a request that was frozen, proven anew: the client may have changed while the person was reading. */
export function replyToAgain(request: AuthorizationRequest, client: Client): ReplyTo | undefined {
  const redirectUri = matchRedirectUri(request.redirectUri, client.redirectUris)
  if (redirectUri === undefined || client.disabled) return undefined
  return { redirectUri, responseMode: request.responseMode, state: request.state, client } as ReplyTo
}

/**
 * What a request that was frozen may not ask for any more: the registration may have changed while the person was
 * reading, and what it has lost is not granted by the consent of somebody who was shown it before.
 */
export function refusedSince(
  { responseType, responseMode, redirectUri, scope, resources, codeChallenge, prompt }: AuthorizationRequest,
  { client, resources: known, settings }: Pick<Asked, 'resources' | 'settings'> & { readonly client: Client },
): Refused | undefined {
  if (!responseTypesServed(settings).includes(responseType)) return refuse('response_type_unsupported')
  if (!mayAskFor(responseType, client)) return refuse('response_type_not_allowed')
  if (!mayTravelIn(responseMode, { responseType, redirectUri, client })) return refuse('response_mode_not_allowed')
  const { code } = contentsOf(responseType)
  if (code && client.requirePkce && codeChallenge === null) return refuse('code_challenge_missing')
  if (!within(prompt, promptsSupported(settings))) return refuse('prompt_unknown')
  const target = resolveTarget({ client, scope, resources, known })
  return target.ok ? undefined : target
}

/**
 * A client with exactly one address may leave it out (RFC 6749 §3.1.2.3), but not one that speaks OpenID Connect, where
 * it is required: leaving it out is only the plain OAuth client's.
 */
function findRedirectUri({ values }: Sent, client: Client): Decision<VerifiedRedirectUri> {
  const presented = values.get('redirect_uri')
  const [only, ...others] = client.redirectUris
  const mayBeLeftOut = only !== undefined && others.length === 0 && !list(values.get('scope')).includes('openid')
  if (presented === undefined && !mayBeLeftOut) return refuse('redirect_uri_missing')
  const found = matchRedirectUri(presented ?? only ?? '', client.redirectUris)
  if (found === undefined) {
    return refuse('redirect_uri_not_registered', { expected: clear(client.redirectUris), got: clear(presented) })
  }
  return allow(found)
}

/**
 * Keeping access means refreshing it: a client that can't refresh, or gets no code to begin with, asks for nothing with it
 * (OpenID Connect Core §11).
 */
const withoutIdleOffline = (scope: readonly string[], client: Client, type: ResponseType): readonly string[] =>
  client.grantTypes.includes('refresh_token') && contentsOf(type).code
    ? scope
    : scope.filter((one) => one !== 'offline_access')
