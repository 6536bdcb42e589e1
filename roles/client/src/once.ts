/**
 * What can be done once only, however many requests come for it at the same time: the first does it, and the others get
 * what came of it, the late ones too. Processes that share a store share this as well.
 *
 * @see RFC 6749 §4.1.2, RFC 9700 §4.2.4, §4.14.2
 */
import { Memo } from './memo.ts'
import type { Sealer } from './sealing.ts'
import { inTurn, reached, type SessionStore } from './store.ts'

/** Runs `work` for the first who comes with this key; when it throws, for the next one. */
export type Once<Outcome> = (key: string, work: () => Promise<Outcome>) => Promise<Outcome>

export interface OnceSettings {
  /** Tells the keys of one kind from those of another. */
  readonly kind: string
  readonly store: SessionStore | undefined
  readonly sealer: Sealer
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Milliseconds for which what came of it is kept. */
const keptFor = 60_000

/** An outcome is plain data: others get it by way of JSON. */
export function createOnce<Outcome>({ kind, store, sealer, now }: OnceSettings): Once<Outcome> {
  const here = new Memo<Outcome>({ milliseconds: keptFor })
  if (!store) return (key, work) => here.run(key, work)

  const find = async (key: string): Promise<Outcome | undefined> => {
    const sealed = await reached(() => store.get(key))
    const kept = sealed === undefined ? undefined : await sealer.open<Kept<Outcome>>('outcome', sealed)
    // whoever can write to the store can't put one outcome in the place of another
    return kept?.key === key ? kept.outcome : undefined
  }
  const keep = async (key: string, outcome: Outcome): Promise<void> => {
    const expiresAt = Math.ceil((now() + keptFor) / 1000)
    const value = await sealer.seal('outcome', { key, outcome }, expiresAt)
    await store.set({ key, value, expiresAt, onlyIfPresent: false })
  }
  const everywhere = (key: string, work: () => Promise<Outcome>): Promise<Outcome> =>
    inTurn(store, {
      key,
      find: () => find(key),
      async work() {
        const outcome = await work()
        // it can't be done again, so whoever did it has it, whatever becomes of the store
        await keep(key, outcome).catch(() => undefined)
        return outcome
      },
    })
  return (key, work) => here.run(key, () => everywhere(`${kind} ${key}`, work))
}

interface Kept<Outcome> {
  readonly key: string
  readonly outcome: Outcome
}
