/**
 * An answer is spent once, however many requests bring it at the same time: the first redeems it, and the others get
 * what became of it. Processes that share a store share this too.
 *
 * @see RFC 6749 §4.1.2, RFC 9700 §4.2.4
 */
import { AuthError } from './errors.ts'
import { Memo } from './memo.ts'
import type { Sealer } from './sealing.ts'
import type { SessionRecord } from './sessions/session.ts'
import { reached, type SessionStore } from './sessions/store.ts'

/** What became of an attempt. */
export interface Spent {
  /** Digest of the answer that was redeemed. */
  readonly code: string
  readonly result: SessionRecord | AuthError
}

/** Runs `work` for the first who comes with this attempt; when it throws, for the next one. */
export type Spending = (attempt: string, work: () => Promise<Spent>) => Promise<Spent>

export interface SpendingSettings {
  readonly store: SessionStore | undefined
  readonly sealer: Sealer
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Milliseconds for which what became of it is kept. */
const keptFor = 60_000

/** Milliseconds that others wait for a process that is at work, and between two looks. */
const patience = 15_000
const pause = 50

export function createSpending({ store, sealer, now }: SpendingSettings): Spending {
  const here = new Memo<Spent>({ milliseconds: keptFor })
  if (!store) return (attempt, work) => here.run(attempt, work)

  const find = async (key: string): Promise<Spent | undefined> => {
    const sealed = await reached(() => store.get(key))
    const kept = sealed === undefined ? undefined : await sealer.open<Written>('spent', sealed)
    return kept && read(kept)
  }
  const keep = async (key: string, spent: Spent): Promise<void> => {
    const expiresAt = Math.ceil((now() + keptFor) / 1000)
    const value = await sealer.seal('spent', written(spent), expiresAt)
    await reached(() => store.set({ key, value, expiresAt, onlyIfPresent: false }))
  }
  const everywhere: Spending = async (attempt, work) => {
    const key = `spent ${attempt}`
    const end = performance.now() + patience
    while (performance.now() < end) {
      const lease = await reached(() => store.lease(`lease ${key}`, keptFor))
      try {
        const known = await find(key)
        if (known) return known
        if (lease) {
          const spent = await work()
          await keep(key, spent)
          return spent
        }
      } finally {
        await lease?.release()
      }
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
    throw new AuthError('provider_unavailable', { expected: 'an answer to another process', got: 'none in time' })
  }
  return (attempt, work) => here.run(attempt, () => everywhere(attempt, work))
}

type Written = { readonly code: string } & (
  | { readonly record: SessionRecord }
  | { readonly refused: Pick<AuthError, 'code' | 'expected' | 'got'> }
)

function written({ code, result }: Spent): Written {
  if (!(result instanceof AuthError)) return { code, record: result }
  const { code: reason, expected, got } = result
  return { code, refused: { code: reason, expected, got } }
}

const read = (kept: Written): Spent => ({
  code: kept.code,
  result: 'record' in kept ? kept.record : new AuthError(kept.refused.code, kept.refused),
})
