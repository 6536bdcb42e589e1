/**
 * An interaction: a request on its way through the pages, kept in the browser and nowhere else.
 *
 * It is one sealed cookie below the interaction's own path, so any number of tabs live beside each other and nobody can
 * fill the database by asking. Only its end is stored, once, sealed under a key that only this cookie holds.
 *
 * @see RFC 9700 §4.7 (CSRF), RFC 6749 §10.12
 */
import { timingSafeEqual } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Cookie, EndpointRequest } from '../endpoints/endpoint.ts'
import type { AuthorizationRequest } from '../flow/1-authorization-request.ts'
import { type Facts, type NextStep, noFacts } from '../flow/2-user-authorization.ts'
import { hashOf, newHandle } from '../handles.ts'
import type { Issuer, Settings } from '../ports/issuer.ts'
import type { InteractionOutcomeRecord, Seconds } from '../ports/records.ts'

export interface Interaction {
  readonly id: string
  /** Known to this browser only: forms and the outcome are bound to it. */
  readonly key: string
  readonly flow: string
  readonly createdAt: Seconds
  readonly purpose:
    | { readonly kind: 'authorization'; readonly request: AuthorizationRequest }
    /** Somebody signs in to their own account pages. */
    | { readonly kind: 'account'; readonly returnTo: string }
  readonly facts: Facts
}

/** The pages of an interaction, and `restart`, which is none. */
export type InteractionStep = 'account' | 'sign-in' | 'sign-up' | 'consent' | 'continue' | 'restart'

export const isStep = (step: string | undefined): step is InteractionStep =>
  ['account', 'sign-in', 'sign-up', 'consent', 'continue', 'restart'].includes(step ?? '')

/** Where a step is taken. What needs no page any more ends at `continue`. */
export const stepOf = ({ step }: NextStep): InteractionStep =>
  step === 'done' || step === 'refused' ? 'continue' : step

export const interactionPath = ({ id }: Pick<Interaction, 'id'>, step: InteractionStep): string => `/i/${id}/${step}`

export const newInteraction = (
  { random, now }: Issuer,
  { flow, purpose }: Pick<Interaction, 'flow' | 'purpose'>,
): Interaction => ({ id: newHandle(random), key: newHandle(random), flow, createdAt: now(), purpose, facts: noFacts })

export const isExpired = ({ createdAt }: Interaction, settings: Settings, now: Seconds): boolean =>
  now >= createdAt + settings.interactionLifetime

/** The cookie outlives the interaction, so that what waited too long can be started again. */
const restartable = 86_400

const endOf = ({ createdAt }: Interaction, settings: Settings): Seconds =>
  createdAt + settings.interactionLifetime + restartable

export function interactionCookie(interaction: Interaction, { url, sealing, settings }: Issuer): Cookie {
  const { id, ...kept } = interaction
  const json = JSON.stringify(kept)
  const text = json.length < 1_000 ? `0${json}` : `1${deflateRawSync(json).toString('base64url')}`
  return {
    name: cookieName(id),
    value: sealing.seal('interaction', text, `${url} ${id}`),
    path: `/i/${id}`,
    maxAge: settings.interactionLifetime + restartable,
  }
}

const cookieName = (id: string) => `i_${id.slice(0, 8)}`

/**
 * `undefined` when this browser did not begin it, blocks cookies, or what it sent was not sealed here; or when it kept
 * the cookie for longer than it was told to.
 */
export function openInteraction(
  id: string,
  { cookies }: EndpointRequest,
  { url, sealing, settings, now }: Issuer,
): Interaction | undefined {
  const sealed = cookies.get(cookieName(id))
  if (sealed === undefined || !/^[\w-]{43}$/.test(id)) return undefined
  const text = sealing.open('interaction', sealed, `${url} ${id}`)
  if (text === undefined) return undefined
  const json = text[0] === '1' ? inflateRawSync(Buffer.from(text.slice(1), 'base64url')).toString() : text.slice(1)
  const interaction = { id, ...(JSON.parse(json) as Omit<Interaction, 'id'>) }
  return now() < endOf(interaction, settings) ? interaction : undefined
}

/** What a form of a page carries: bound to this browser, the page and whom it was shown to. */
export const formToken = ({ id, key }: Interaction, { sealing }: Issuer, ...shown: readonly string[]): string =>
  sealing.digest('form', [id, key, ...shown].join(' '))

export function isFormToken(presented: string | undefined, expected: string): boolean {
  const a = Buffer.from(presented ?? '')
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}

/** How an interaction ended: the answer to the client, and when it was given. */
export interface Outcome {
  readonly at: Seconds
  /** `undefined` when the answer holds none. */
  readonly code: string | undefined
  /** Whose yes it was: only a browser that still has this session hears it again. `undefined` for an error. */
  readonly session: string | undefined
  readonly response:
    | { readonly by: 'redirect'; readonly location: string }
    | { readonly by: 'form'; readonly action: string; readonly fields: readonly (readonly [string, string])[] }
}

export const sealOutcome = (
  interaction: Interaction,
  outcome: Outcome,
  { sealing, settings }: Issuer,
): InteractionOutcomeRecord => ({
  interactionHash: hashOf(interaction.id),
  sealed: sealing.seal('outcome', JSON.stringify(outcome), interaction.key),
  // Past this the cookie is worth nothing any more, and no second end could be written.
  expiresAt: endOf(interaction, settings),
})

export async function findOutcome(interaction: Interaction, { store, sealing }: Issuer): Promise<Outcome | undefined> {
  const record = await store.interactions.findOutcome(hashOf(interaction.id))
  if (record === undefined) return undefined
  const text = sealing.open('outcome', record.sealed, interaction.key)
  if (text === undefined) throw new Error('The outcome of an interaction was sealed under another key.')
  return JSON.parse(text) as Outcome
}
