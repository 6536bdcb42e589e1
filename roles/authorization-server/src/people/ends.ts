/**
 * How an interaction's end is stored: once. Ends that nobody had to do anything for, which any site can bring about with a
 * form, are so many of a session at most.
 *
 * @see RFC 6819 §4.4.1.11
 */
import type { InteractionOutcomeRecord, Seconds } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import { countOutstanding } from './outstanding.ts'

export const mostEnds = 32

const openEnds = countOutstanding<string>(mostEnds)

const drop = (interactionHashes: readonly string[]): readonly Write[] =>
  interactionHashes.length > 0 ? [{ do: 'drop-outcomes', interactionHashes }] : []

/**
 * `undecided`: the session from which it followed, when nobody had to do anything. It counts as long as the interaction
 * could have been answered.
 */
export function finish(
  outcome: InteractionOutcomeRecord,
  {
    undecided,
    expiresAt,
    now,
  }: { readonly undecided: string | undefined; readonly expiresAt: Seconds; readonly now: Seconds },
): { readonly writes: readonly Write[]; readonly settle: (committed: boolean) => readonly Write[] } {
  const finished: Write = { do: 'finish-interaction', outcome }
  if (undecided === undefined) return { writes: [finished], settle: () => [] }
  const open = openEnds.give(undecided, { what: outcome.interactionHash, expiresAt }, now)
  return { writes: [finished, ...drop(open.gone)], settle: (committed) => drop(open.settle(committed)) }
}
