/** Loads what step 2 decides on, and stores what follows from its decision. */
import type { Client } from '../client.ts'
import type { Answer, Cookie } from '../endpoints/endpoint.ts'
import type { AuthorizationRequest } from '../flow/1-authorization-request.ts'
import type { Facts, SignedIn, Situation } from '../flow/2-user-authorization.ts'
import { type AuthorizationResponse, buildAuthorizationResponse } from '../flow/3-authorization-response.ts'
import { type Granted, rememberedAfter } from '../flow/consent.ts'
import { destinationOf } from '../flow/redirect-uri.ts'
import { hashOf, newHandle } from '../handles.ts'
import { once } from '../once.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { CodeRecord, ConsentRecord } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import type { Resource } from '../resource.ts'
import type { Browser } from './browser.ts'
import type { Outcome } from './interaction.ts'
import { countOutstanding } from './outstanding-codes.ts'
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
  const hinted = await findHinted(issuer, browser, request.hintedPerson)
  const shown = shownTo(client, request.redirectUri, issuer.settings.defaultLocale)
  return {
    browser,
    situation: { request, client, resources, people, hinted, consents, facts, now: issuer.now(), shown },
  }
}

function findHinted({ store }: Issuer, { people }: Browser, personId: string | null) {
  if (personId === null) return undefined
  return people.find(({ person }) => person.personId === personId)?.person ?? store.people.find(personId)
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

const outstanding = countOutstanding()

/** The code for what was granted, and everything to be stored with it. */
export function mintCode(
  issuer: Issuer,
  about: {
    readonly flow: string
    readonly situation: Situation
    readonly as: SignedIn
    readonly granted: Granted
  },
): { readonly code: string; readonly grantId: string; readonly writes: readonly Write[] } {
  const { situation, as, granted, flow } = about
  const { request, consents, shown } = situation
  const { personId } = as.person
  const now = issuer.now()
  const code = newHandle(issuer.random)
  const record: CodeRecord = {
    codeHash: hashOf(code),
    grantId: newHandle(issuer.random),
    flow,
    clientId: request.clientId,
    personId,
    sessionId: as.session.sessionId,
    redirectUri: request.redirectUri,
    redirectUriSent: request.redirectUriSent,
    codeChallenge: request.codeChallenge,
    scope: granted.scope,
    resources: granted.resources,
    nonce: request.nonce,
    authTime: as.session.authTime,
    amr: as.session.amr,
    createdAt: now,
    expiresAt: now + issuer.settings.codeLifetime,
    redeemedAt: null,
  }
  const before = consents.get(personId)
  const remember = rememberedAfter(granted, { remembered: before, shown })
  const consent = remember && {
    ...{ personId, clientId: request.clientId, ...remember },
    ...{ createdAt: before?.createdAt ?? now, updatedAt: now },
  }
  const excess = outstanding.add(as.session.sessionId, record, now)
  const writes: readonly Write[] = [
    { do: 'hold-session', sessionId: as.session.sessionId },
    ...restsOn(before, consent),
    { do: 'insert-code', code: record },
    ...(excess.length > 0 ? [{ do: 'drop-codes', codeHashes: excess } as const] : []),
  ]
  return { code, grantId: record.grantId, writes }
}

/**
 * A code is given only if what it rests on still stands when it is stored: nobody who signs out or removes the app in
 * another window just then is left with a code that they could not know of.
 */
function restsOn(before: ConsentRecord | undefined, after: ConsentRecord | undefined): readonly Write[] {
  if (before === undefined) return after === undefined ? [] : [{ do: 'add-consent', consent: after }]
  return [after ? { do: 'replace-consent', consent: after, seen: before } : { do: 'hold-consent', seen: before }]
}

export const respond = (
  { url, settings }: Issuer,
  answer: Pick<Parameters<typeof buildAuthorizationResponse>[0], 'replyTo' | 'outcome' | 'flow'>,
): AuthorizationResponse => buildAuthorizationResponse({ issuer: url, development: settings.development, ...answer })

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
