/**
 * Back-channel logout: sends what was announced, each to its client, until it is accepted or given up.
 *
 * Whoever ended a session sends at once; what could not be sent then, or was left by a process that is gone, is due again
 * and taken by the next. An attempt is claimed in storage before it is made, so that no two processes make the same one.
 *
 * @see OpenID Connect Back-Channel Logout §2.5 (request, retries), §2.8 (response), §4 (slow and hostile clients)
 */
import { setTimeout as wait } from 'node:timers/promises'
import { refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { flowReference } from '@symbolon/protocol/trace'
import { clientFrom } from '../client.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { LogoutDeliveryRecord, Seconds } from '../ports/records.ts'
import { mintLogoutToken } from './logout-token.ts'

/** Seconds after each failed attempt until the next; after the last it is given up. */
const pauses: readonly Seconds[] = [10, 30, 120, 600]
/** Longer than an attempt can take: then whoever claimed it is gone. */
const lease: Seconds = 30
/** When many sessions of one client end at once, they wait for each other, but not for ever. */
const whenBusy: Seconds = 10
const longestBusy: Seconds = 3_600
/** Milliseconds. */
const timeout = 5_000
const longestAnswer = 4_096
const atOnce = 8

/** Makes one attempt for each of those that nobody else is at. */
export async function deliver(
  issuer: Issuer,
  deliveries: readonly LogoutDeliveryRecord[],
  ending?: AbortSignal,
): Promise<void> {
  const waiting = [...deliveries]
  const work = async () => {
    for (let next = waiting.shift(); next && !ending?.aborted; next = waiting.shift()) await attempt(issuer, next)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, work))
}

const inOneRound = 100

/** What is due, whoever announced it. */
export async function deliverDue(issuer: Issuer, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    const due = await issuer.store.logouts.due(issuer.now(), inOneRound)
    await deliver(issuer, due, ending)
    if (due.length < inOneRound) return
  }
}

/** Milliseconds for which the person's browser waits: as a rule the app knows before they are back there. */
const patience = 1_500

/** After the commit that ended the sessions. It never fails: what is not sent now stays due. */
export async function deliverNow(
  issuer: Issuer,
  sessions: readonly { readonly sessionId: string }[],
  longest: number = patience,
): Promise<void> {
  const enough = new AbortController()
  const sending = send(issuer, sessions)
    .catch(() => undefined)
    .finally(() => enough.abort())
  await Promise.race([sending, wait(longest, undefined, { ref: false, signal: enough.signal }).catch(() => undefined)])
}

async function send(issuer: Issuer, sessions: readonly { readonly sessionId: string }[]): Promise<void> {
  const found = await Promise.all(sessions.map(({ sessionId }) => issuer.store.logouts.ofSession(sessionId)))
  await deliver(
    issuer,
    found.flat().filter(({ dueAt, attempts }) => dueAt !== null && attempts === 0),
  )
}

type Attempted = 'delivered' | 'not wanted' | { readonly problem: string }

async function attempt(issuer: Issuer, delivery: LogoutDeliveryRecord): Promise<void> {
  const { sessionId, clientId } = delivery
  const { store } = issuer
  const dueAt = issuer.now() + lease
  const claim = { do: 'claim-logout', sessionId, clientId, attempts: delivery.attempts, dueAt } as const
  if (!(await store.commit([claim])).committed) return
  const attempts = delivery.attempts + 1
  const began = Date.now()
  const ended = await tell(issuer, delivery)
  const problem = typeof ended === 'string' ? null : ended.problem
  const pause = problem === null ? undefined : pauses[attempts - 1]
  const now = issuer.now()
  // Too much was under way here: that says nothing of the client.
  if (problem === 'busy' && now - delivery.createdAt < longestBusy) {
    await store.commit([{ do: 'announce-again', sessionId, clientId, dueAt: now + whenBusy }])
    return
  }
  await store.commit([
    {
      ...{ do: 'note-logout', sessionId, clientId, attempts, problem },
      dueAt: pause === undefined ? null : now + pause,
      failedAt: problem !== null && pause === undefined ? now : null,
    },
  ])
  if (ended !== 'not wanted') observe(issuer, delivery, { problem, attempts, began })
}

async function tell(issuer: Issuer, delivery: LogoutDeliveryRecord): Promise<Attempted> {
  const record = await (await issuer.store.registry()).client(delivery.clientId)
  const client = record && clientFrom(record)
  const uri = client?.backchannelLogoutUri
  if (client === undefined || uri === undefined || client.disabled) return 'not wanted'
  const answer = await issuer.outgoing.fetch(uri, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `logout_token=${await mintLogoutToken(issuer, client, delivery)}`,
    limit: longestAnswer,
    timeout,
  })
  if (!answer.ok) return { problem: answer.problem }
  // 204 is what many frameworks make of an empty answer (§2.8).
  return answer.status === 200 || answer.status === 204 ? 'delivered' : { problem: `status ${answer.status}` }
}

function observe(
  issuer: Issuer,
  { flow, clientId, personId }: LogoutDeliveryRecord,
  { problem, attempts, began }: { readonly problem: string | null; readonly attempts: number; readonly began: number },
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
    what: problem === null || attempts <= pauses.length ? `logout token, attempt ${attempts}` : 'logout token given up',
    at: began,
    took: Math.max(0, Date.now() - began),
    outcome: problem === null ? 'ok' : 'failed',
    refused,
    client: clientId,
    person: personId,
  })
}
