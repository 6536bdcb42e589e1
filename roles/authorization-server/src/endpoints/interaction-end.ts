/**
 * How an interaction ends (step 3): once. Whatever comes after the end, a reload, a second form, another tab, gets the
 * same answer as long as it is worth something, and a way on when it isn't. By a page wherever a form of
 * ours may have led here, even one that came too late in another tab: `form-action` would stop a redirect.
 *
 * @see RFC 6749 §4.1.2, RFC 9700 §4.12 (303 after a form)
 */
import { type Refused, refuse } from '@symbolon/protocol/decision'
import { isUndecided, type NextStep } from '../flow/2-user-authorization.ts'
import { destinationOf } from '../flow/redirect-uri.ts'
import { hashOf } from '../handles.ts'
import { missingState } from '../logout/session-state.ts'
import { type Browser, touches } from '../people/browser.ts'
import { finish } from '../people/ends.ts'
import { type GrantedAnswer, grantAnswer } from '../people/granted-answer.ts'
import { findOutcome, interactionPath, type Outcome, sealOutcome } from '../people/interaction.ts'
import { respond, wayBack } from '../people/situation.ts'
import { clientView, type KnownClient } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import { EncryptionKeyMissing } from '../tokens/encrypted.ts'
import type { Answer } from './endpoint.ts'
import type { AuthorizationVisit, Visit } from './interaction.ts'
import { notice, record, seeOther } from './page.ts'

type Ended = Extract<NextStep, { step: 'done' | 'refused' }>

/** `undefined`: what the end would rest on changed just then, and the step that is due has to be found anew. */
export async function end(visit: AuthorizationVisit, how: Ended): Promise<Answer | undefined> {
  const { issuer, interaction, http, replyTo, known, loaded, locale, locales } = visit
  const { flow } = interaction
  const { given, refused } = await decided(visit, how)
  const response = await respond(issuer, {
    replyTo,
    flow,
    outcome: refused ? { refused } : { issued: given.issued },
    browser: loaded.browser,
  })
  const { params, ...kept } = response
  const session = how.step === 'done' ? how.as.session.sessionId : undefined
  const mine: Outcome = { at: issuer.now(), code: given?.issued.code, session, response: kept }
  const isAnswered = http.method === 'POST' || !isUndecided(interaction.facts)
  const ended = finish(sealOutcome(interaction, mine, issuer), {
    undecided: isAnswered ? undefined : session,
    expiresAt: interaction.createdAt + issuer.settings.interactionLifetime,
    now: mine.at,
  })
  const touched = touches(loaded.browser, loaded.situation.now)
  // What nobody decided is nobody's end: a silent request is refused without a trace in storage.
  if (refused !== undefined && refused.reason !== 'person_refused') {
    const cookies = missingState(http, issuer, loaded.browser.handle)
    const more = { flow, locales, reason: refused.reason, cookies }
    return wayBack({ response, known, locale: () => locale, afterForm: !cameFromElsewhere(http), more })
  }
  const commit = await issuer.store.commit([...ended.writes, ...(given?.writes ?? []), ...touched])
  const { committed } = commit
  const over = [...ended.settle(committed), ...(given?.settle(committed) ?? [])]
  if (over.length > 0) await issuer.store.commit(over)
  if (!commit.committed && commit.lost !== 'finish-interaction') return undefined
  if (committed) {
    const seen = { band: 'code', step: 3, from: 'authorization-server', to: 'client', flow } as const
    const person = how.step === 'done' ? how.as.person.personId : undefined
    const concerns = { client: known.client.id, person, grant: given?.grantId }
    const outcome = refused ? 'refused' : 'ok'
    record(issuer, http, { ...seen, ...concerns, what: 'answered', outcome, refused, result: params }, 303)
  }
  if (http.method === 'POST') return seeOther(`${issuer.url}${interactionPath(interaction, 'continue')}`, { flow })

  const outcome = committed ? mine : await findOutcome(interaction, issuer)
  if (outcome === undefined) throw new Error('An interaction ended, and its outcome is gone.')
  // Not in the hands of who asks now: what they hear stands where every later visit asks.
  if (!isFor(outcome, loaded.browser))
    return seeOther(`${issuer.url}${interactionPath(interaction, 'continue')}`, { flow })
  return wayBack({
    response: outcome.response,
    known,
    locale: () => locale,
    afterForm: !cameFromElsewhere(http),
    more: { flow, locales, reason: refused?.reason, cookies: missingState(http, issuer, loaded.browser.handle) },
  })
}

type Decided =
  | { readonly given: GrantedAnswer; readonly refused?: undefined }
  | { readonly given?: undefined; readonly refused: Refused }

/** What was allowed, as it can be given: the client's key may have gone while somebody signed in. */
async function decided({ issuer, interaction, loaded }: AuthorizationVisit, how: Ended): Promise<Decided> {
  if (how.step === 'refused') return { refused: refuse(how.reason) }
  const { situation } = loaded
  const granting = { flow: interaction.flow, situation, as: how.as, granted: how.granted }
  try {
    return { given: await grantAnswer(issuer, granting) }
  } catch (error) {
    if (error instanceof EncryptionKeyMissing) return { refused: refuse(error.reason) }
    throw error
  }
}

/**
 * Whether another site's form led here (POST at the authorization endpoint): only then no form of ours can stand in
 * the redirect chain, and `prompt=none` needs no page. Browsers say so for the whole chain (Fetch Metadata §2.4).
 */
const cameFromElsewhere = ({ headers }: Visit['http']): boolean => headers['sec-fetch-site'] === 'cross-site'

/** A visit after the end. */
export async function afterwards(about: {
  readonly visit: Visit
  readonly known: KnownClient
  readonly browser: Browser
  readonly outcome: Outcome
  readonly restart: () => Answer
}): Promise<Answer> {
  const { visit, known, browser, outcome, restart } = about
  const { http, issuer, interaction, step, locale, locales } = visit
  const { flow } = interaction
  const here = interactionPath(interaction, 'continue')
  const { response } = outcome
  const target = response.by === 'form' ? response.action : response.location
  const client = clientView(known, locale, target)
  const heard = isFor(outcome, browser)
  const worth = heard ? await worthOf(outcome, issuer) : 'nothing'
  if (step === 'restart' && worth === 'nothing') return restart()
  if (http.method === 'POST' || step === 'restart') return seeOther(`${issuer.url}${here}`, { flow })
  if (step !== 'continue') {
    return notice('finished-elsewhere', { flow, status: 200, client, next: here, locales })
  }
  const more = { flow, locales }
  if (worth === 'all') return wayBack({ response, known, locale: () => locale, afterForm: true, more })
  const home = homeOf(known, target)
  if (worth === 'used' && home !== undefined) {
    const response = { by: 'redirect', location: home } as const
    return wayBack({ response, known, locale: () => locale, afterForm: true, more })
  }
  const next = interactionPath(interaction, 'restart')
  return notice('expired', { flow, status: 410, reason: 'interaction_expired', client, next, locales })
}

/** Who got hold of the interaction's cookie does not yet get the code or tokens of the person who allowed it. */
const isFor = ({ session }: Outcome, { sessions }: Browser): boolean =>
  session === undefined || sessions.some(({ sessionId }) => sessionId === session)

/** A code that was redeemed is not sent again: a client that tried it again would lose what it got for it. */
async function worthOf({ at, code }: Outcome, { store, settings, now }: Issuer): Promise<'all' | 'used' | 'nothing'> {
  const found = code === undefined ? undefined : await store.codes.find(hashOf(code))
  if (found !== undefined && found.code.redeemedAt !== null) return 'used'
  return now() <= at + settings.codeLifetime ? 'all' : 'nothing'
}

/** The app itself, for somebody who is signed in there already. */
function homeOf({ client }: KnownClient, target: string): string | undefined {
  const page = client.page('client_uri')
  if (page !== undefined && /^https?:/.test(page)) return page
  return destinationOf(target).kind === 'app' ? undefined : new URL(target).origin
}
