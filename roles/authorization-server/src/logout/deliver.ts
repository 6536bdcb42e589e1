/**
 * Back-channel logout: sends what was announced, each to its client, until it is accepted or given up.
 *
 * Whoever ended a session sends at once; what could not be sent then, or was left by a process that is gone, is due again
 * and taken by the next. An attempt is claimed in storage before it is made, so that no two processes make the same one.
 *
 * @see OpenID Connect Back-Channel Logout §2.5 (request, retries), §4 (slow and hostile clients)
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Issuer } from '../ports/issuer.ts'
import type { LogoutDeliveryRecord } from '../ports/records.ts'
import { attempt } from './attempt.ts'

/** Strangers may be as slow as they like, and only each other's. */
const atOnce = { ours: 8, strangers: 4 } as const

/**
 * Makes one attempt for each of those that nobody else is at, the least tried first; who does not listen to one is spared
 * the others. Who listened since the last time that they did not is forgiven: it may be that one session.
 */
async function deliver(
  issuer: Issuer,
  deliveries: readonly LogoutDeliveryRecord[],
  { most, ending }: { readonly most: number; readonly ending?: AbortSignal | undefined },
): Promise<void> {
  const deaf = new Set<string>()
  const listening = new Set<string>()
  const leastTriedFirst = deliveries.toSorted((one, other) => one.attempts - other.attempts)
  const ofEach = [...Map.groupBy(leastTriedFirst, ({ clientId }) => clientId).values()]
  const first = ofEach.flatMap((theirs) => theirs.slice(0, 1))
  const others = ofEach.flatMap((theirs) => theirs.slice(1))
  for (const waiting of [first, others]) {
    const work = async () => {
      for (let next = waiting.shift(); next && !ending?.aborted; next = waiting.shift()) {
        const { clientId } = next
        if (deaf.has(clientId)) continue
        const hearing = await attempt(issuer, next, () => listening.delete(clientId))
        if (hearing === 'listens') listening.add(clientId)
        if (hearing === 'does not') deaf.add(clientId)
      }
    }
    await Promise.all(Array.from({ length: Math.min(most, waiting.length) }, work))
  }
}

const inOneRound = 100

/** What is due, whoever announced it. Clients that nobody has looked at are apart, so that they hold up no other. */
export async function deliverDue(
  issuer: Issuer,
  ending: AbortSignal,
  { unreviewed = false }: { readonly unreviewed?: boolean } = {},
): Promise<void> {
  const most = unreviewed ? atOnce.strangers : atOnce.ours
  while (!ending.aborted) {
    const due = await issuer.store.logouts.due({ now: issuer.now(), limit: inOneRound, unreviewed })
    await deliver(issuer, due, { most, ending })
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

/** Whoever signs in to very many strangers' clients has them told in the order in which they come to it. */
const mostStrangers = 50

async function send(issuer: Issuer, sessions: readonly { readonly sessionId: string }[]): Promise<void> {
  const found = await Promise.all(sessions.map(({ sessionId }) => issuer.store.logouts.ofSession(sessionId)))
  const due = found.flat().filter(({ dueAt, attempts }) => dueAt !== null && attempts === 0)
  const strangers = due.filter(({ unreviewed }) => unreviewed).slice(0, mostStrangers)
  await Promise.all([
    deliver(
      issuer,
      due.filter(({ unreviewed }) => !unreviewed),
      { most: atOnce.ours },
    ),
    deliver(issuer, strangers, { most: atOnce.strangers }),
  ])
}
