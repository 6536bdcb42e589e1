/** Loads what step 2 decides on, and finds the way back to the client with what follows from it. */
import type { Client } from '../client.ts'
import type { Answer, Cookie } from '../endpoints/endpoint.ts'
import type { AuthorizationRequest } from '../flow/1-authorization-request.ts'
import type { Facts, Situation } from '../flow/2-user-authorization.ts'
import {
  type AuthorizationAnswer,
  type AuthorizationResponse,
  buildAuthorizationResponse,
  claimsOf,
  parametersOf,
} from '../flow/3-authorization-response.ts'
import { destinationOf } from '../flow/redirect-uri.ts'
import { sessionStateFor } from '../logout/session-state.ts'
import { once } from '../once.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { Resource } from '../resource.ts'
import { encryptSigned } from '../tokens/encrypted.ts'
import type { Browser } from './browser.ts'
import type { Outcome } from './interaction.ts'
import { withHintedAmong } from './subject.ts'
import { clientView, type KnownClient } from './views.ts'

export interface Loaded {
  readonly situation: Situation
  readonly browser: Browser
}

/** What was read for a request: of the browser, of the client, and of the resources. */
export interface Found {
  readonly browser: Browser
  readonly request: AuthorizationRequest
  readonly known: KnownClient
  readonly facts: Facts
  readonly resources: readonly Resource[]
}

export async function loadSituation(issuer: Issuer, found: Found): Promise<Loaded> {
  const { browser, known, facts, resources } = found
  const { people, consents } = browser
  const { client } = known
  const request = withHintedAmong(found.request, people, { issuer, client })
  const hinted = await findHinted(issuer, browser, request)
  const shown = shownTo(client, request.redirectUri, issuer.settings.defaultLocale)
  return {
    browser,
    situation: { request, client, resources, people, hinted, consents, facts, now: issuer.now(), shown },
  }
}

function findHinted({ store }: Issuer, { people }: Browser, { hintedPerson, hintProven }: AuthorizationRequest) {
  if (hintedPerson === null) return undefined
  const here = people.find(({ person }) => person.personId === hintedPerson)?.person
  return here ?? (hintProven ? store.people.find(hintedPerson) : undefined)
}

type Shown = Situation['shown']

const shownBefore = once((_: Client) => new Map<string, Shown>())
/** A client on a person's own computer may come from any port. */
const mostAddresses = 100

/** The language a name is shown in may change from visit to visit; the name itself is compared in one. */
function shownTo(client: Client, redirectUri: string, locale: string): Shown {
  const before = shownBefore(client)
  const known = before.get(redirectUri)
  if (known !== undefined) return known
  const shown = { name: client.name(locale), host: destinationOf(redirectUri).host }
  if (before.size >= mostAddresses) before.clear()
  before.set(redirectUri, shown)
  return shown
}

/**
 * The answer as it travels: signed where the response mode says so. An error, too, lets the client see when who is signed in
 * changes; but nobody watches people whom they do not know that nobody here has looked at.
 */
export async function respond(
  issuer: Issuer,
  answer: Pick<AuthorizationAnswer, 'replyTo' | 'outcome' | 'flow'> & { readonly browser?: Browser | undefined },
): Promise<AuthorizationResponse> {
  const { url, settings, keys, now } = issuer
  const { replyTo, outcome, browser } = answer
  const to = { clientId: replyTo.client.id, redirectUri: replyTo.redirectUri }
  const mayWatch = 'issued' in outcome || !replyTo.client.unreviewed
  const sessionState = browser && mayWatch ? sessionStateFor(issuer, to, browser) : undefined
  const params = parametersOf({ issuer: url, development: settings.development, ...answer, sessionState })
  const claims = claimsOf(replyTo, params, now())
  const { client } = replyTo
  const algorithm = client.authorizationSigningAlgorithm
  const signed =
    claims &&
    (await encryptSigned(
      { client, issuer },
      client.authorizationEncryption,
      keys.sign(claims, { algorithm, typ: 'JWT' }),
    ))
  return buildAuthorizationResponse(replyTo, params, signed)
}

/**
 * The way back to the client. A plain redirect where no form led here; after a form a page, because `form-action` would
 * stop the redirect; a form for `form_post`, whichever led here.
 */
export function wayBack(about: {
  readonly response: Outcome['response']
  readonly known: KnownClient
  readonly locale: () => string
  readonly afterForm: boolean
  readonly more: {
    readonly flow: string
    readonly cookies?: readonly Cookie[] | undefined
    readonly locales?: readonly string[] | undefined
    readonly reason?: Answer['reason']
  }
}): Answer {
  const { response, known, more } = about
  const client = known.client.id
  if (response.by === 'redirect' && !about.afterForm) {
    const { locales: _, ...rest } = more
    return { kind: 'redirect', status: 303, location: response.location, client, ...rest }
  }
  const target = response.by === 'form' ? response.action : response.location
  const view = clientView(known, about.locale(), target)
  if (response.by === 'form') {
    const { action, fields } = response
    return { kind: 'page', status: 200, client, view: { show: 'form-post', client: view, action, fields }, ...more }
  }
  const { location } = response
  const { kind } = destinationOf(location)
  return { kind: 'page', status: 200, client, view: { show: 'handoff', client: view, location, kind }, ...more }
}
