/**
 * One attempt at one client to say that a session has ended, and what follows from it: accepted, tried again, given up.
 *
 * A client that does not listen is spared all else that is due to it for a while; then whatever was tried least is tried, so
 * that one session at which it hangs holds up no other. What waited for as long as the one that is given up, and was tried
 * in vain itself, is given up with it.
 *
 * @see OpenID Connect Back-Channel Logout §2.5 (request, retries), §2.8 (response), §4 (slow and hostile clients)
 */
import { refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { flowReference } from '@symbolon/protocol/trace'
import { clientFrom } from '../client.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { LogoutDeliveryRecord, Seconds } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import { EncryptionKeyMissing } from '../tokens/encrypted.ts'
import { mintLogoutToken } from './logout-token.ts'

/** Seconds after each failed attempt until the next; after the last it is given up. */
const pauses: readonly Seconds[] = [10, 30, 120, 600]
const untilGivenUp: Seconds = pauses.reduce((sum, pause) => sum + pause, 0)
/** Between two attempts at one client that does not listen: as long as it has not by then, within these. */
const betweenTwo = { least: 10, most: 120 } as const
/** Longer than an attempt can take: then whoever claimed it is gone. */
const lease: Seconds = 30
/** When many sessions of one client end at once, they wait for each other, but not for ever. */
const whenBusy: Seconds = 10
const longestBusy: Seconds = 3_600
/** Milliseconds. */
const timeout = 5_000

type Attempted = 'delivered' | 'not wanted' | { readonly problem: string }

/** What an attempt says of the client; nothing, if another process makes it or only this one session is to blame. */
export type Hearing = 'listens' | 'does not' | undefined

/** Claims it and makes it. `isForgiven` is asked when the client does not listen: then only this one is tried again. */
export async function attempt(
  issuer: Issuer,
  delivery: LogoutDeliveryRecord,
  isForgiven: () => boolean,
): Promise<Hearing> {
  const { sessionId, clientId } = delivery
  const { store } = issuer
  const dueAt = issuer.now() + lease
  const claim = { do: 'claim-logout', sessionId, clientId, attempts: delivery.attempts, dueAt } as const
  if (!(await store.commit([claim])).committed) return undefined
  const attempts = delivery.attempts + 1
  const began = Date.now()
  const ended = await tell(issuer, delivery)
  const problem = typeof ended === 'string' ? null : ended.problem
  const now = issuer.now()
  // Too much was under way here: that says nothing of the client.
  if (problem === 'busy' && now - delivery.createdAt < longestBusy) {
    const later = now + whenBusy
    await store.commit([{ do: 'announce-again', sessionId, clientId, dueAt: later }, putOff(delivery, now, later)])
    return 'does not'
  }
  const isFinal = problem === null || isAnswer(problem)
  const listens = isFinal || isAboutOne(problem)
  const silence = listens || isForgiven() ? undefined : { problem, pause: pauseFor(now - delivery.createdAt) }
  const own = isFinal ? undefined : pauses[attempts - 1]
  const pause = own && Math.max(own, silence?.pause ?? 0)
  const noted: Write = {
    ...{ do: 'note-logout', sessionId, clientId, attempts, problem },
    dueAt: pause === undefined ? null : now + pause,
    failedAt: problem !== null && pause === undefined ? now : null,
  }
  const givenUp = silence && pause === undefined ? [giveUp(delivery, now, silence.problem)] : []
  const putOffToo = silence ? [putOff(delivery, now, now + silence.pause)] : []
  await store.commit([noted, ...givenUp, ...putOffToo])
  if (ended !== 'not wanted') observe(issuer, delivery, { problem, givenUp: pause === undefined, attempts, began })
  if (listens) return 'listens'
  return silence && 'does not'
}

const pauseFor = (silent: Seconds): Seconds => Math.min(Math.max(silent, betweenTwo.least), betweenTwo.most)

const putOff = ({ clientId }: LogoutDeliveryRecord, now: Seconds, dueAt: Seconds): Write => ({
  ...{ do: 'put-off-logouts', clientId, now, dueAt },
})

/** What else is due to it, was tried, and has waited for as long. */
const giveUp = ({ clientId }: LogoutDeliveryRecord, now: Seconds, problem: string): Write => ({
  ...{ do: 'give-up-logouts', clientId, now, problem },
  announcedUpTo: now - untilGivenUp,
})

/** Any other status than "not now" says nothing of other sessions: who breaks their own keeps nobody else's open. */
const isAboutOne = (problem: string): boolean => /^status (?!429|50[234])/.test(problem)

/** Only what may get better is worth another attempt: 400 is how a client says no (§2.5, §2.8). */
const isAnswer = (problem: string): boolean => problem === 'status 400' || problem === 'url_refused'

async function tell(issuer: Issuer, delivery: LogoutDeliveryRecord): Promise<Attempted> {
  const record = await (await issuer.store.registry()).client(delivery.clientId)
  const client = record && clientFrom(record)
  const uri = client?.backchannelLogoutUri
  if (client === undefined || uri === undefined || client.disabled) return 'not wanted'
  const token = await mintLogoutToken(issuer, client, delivery).catch(unencrypted)
  if (typeof token !== 'string') return token
  const answer = await issuer.outgoing.fetch(uri, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `logout_token=${token}`,
    timeout,
    statusOnly: true,
    forStranger: client.unreviewed,
  })
  if (!answer.ok) return { problem: answer.problem }
  // 204 is what many frameworks make of an empty answer (§2.8).
  return answer.status === 200 || answer.status === 204 ? 'delivered' : { problem: `status ${answer.status}` }
}

function unencrypted(error: unknown): Attempted {
  if (error instanceof EncryptionKeyMissing) return { problem: error.reason }
  throw error
}

function observe(
  issuer: Issuer,
  { flow, clientId, personId }: LogoutDeliveryRecord,
  {
    problem,
    givenUp,
    attempts,
    began,
  }: {
    readonly problem: string | null
    readonly givenUp: boolean
    readonly attempts: number
    readonly began: number
  },
): void {
  const refused =
    problem === null
      ? undefined
      : refuse('logout_not_delivered', { expected: clear('200 or 204'), got: clear(problem) })
  issuer.recorder.record({
    flow: flow ?? flowReference(issuer.random(5)),
    band: 'sign-out',
    from: 'authorization-server',
    to: 'client',
    what: problem === null || !givenUp ? `logout token, attempt ${attempts}` : 'logout token given up',
    at: began,
    took: Math.max(0, Date.now() - began),
    outcome: problem === null ? 'ok' : 'failed',
    refused,
    client: clientId,
    person: personId,
  })
}
