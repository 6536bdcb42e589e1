/**
 * Group commit: the commits of one turn share one transaction, and so one write to the disk. When one of them is lost,
 * fails or would have to wait for somebody's lock, all is undone: that one goes alone, in a transaction of its own where it
 * may wait, and the others once more together. So nobody pays for another's failure but with a second round trip, and
 * no wait within a group can end in a deadlock.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import { type Gathering, gather, type Waiting } from './gather.ts'
import { type Query, sendBatch } from './postgres-batch.ts'
import { breaksConnection, isWorthRetrying, mostAttempts, stateOf, translated } from './postgres-errors.ts'
import { lostState } from './postgres-text.ts'
import type { Outcome } from './sql.ts'

type Commit = readonly Query[]
type Committing = Waiting<Commit, Outcome>

interface Limits extends Pick<Gathering<Commit, Outcome>, 'patience'> {
  readonly groups: number
  readonly alone: number
}

const largestGroup = 128

/** A commit of more steps or longer texts goes alone, so that short ones need not wait for it. */
const mostSteps = 16
const longestText = 16_384

/** Milliseconds of waiting for a lock after which a group is undone: longer than another's group takes. */
const withoutWaiting: Query = {
  name: 'group.begin',
  text: "select set_config('lock_timeout', '50', true)",
  values: [],
  reads: false,
}

export function commitTogether(pool: Pool, { groups, alone, patience }: Limits): (commit: Commit) => Promise<Outcome> {
  const each = gather<Commit, Outcome>({ take: (one) => takeAlone(pool, one), batches: alone, largest: 1, patience })
  const group = gather<Commit, Outcome>({
    take: async (batch) => {
      const undone = await takeGroup(pool, batch)
      for (const one of undone.alone) each.enter({ ...one, attempts: 0 })
      return undone.again
    },
    batches: groups,
    largest: largestGroup,
    patience,
  })
  return (commit) => (isLong(commit) ? each : group).ask(commit)
}

const isLong = (commit: Commit): boolean =>
  commit.length > mostSteps ||
  commit.some(({ values }) => values.some((value) => typeof value === 'string' && value.length > longestText))

/** Whom a group has not answered, and nothing of theirs has happened. */
interface Undone {
  readonly alone: readonly Committing[]
  readonly again: readonly Committing[]
}

async function takeGroup(pool: Pool, batch: readonly Committing[]): Promise<Undone> {
  const changes: number[] = []
  const queries = [withoutWaiting, ...batch.flatMap(({ work }) => work)]
  try {
    await sendBatch(pool, queries, (_, changed) => changes.push(changed))
  } catch (error) {
    if (wasUndone(error)) return apart(batch, changes.length - 1)
    for (const { reject } of batch) reject(translated(error))
    return { alone: [], again: [] }
  }
  let at = 1
  for (const { work, resolve } of batch) {
    resolve({ lost: undefined, changes: sum(changes.slice(at, at + work.length)) })
    at += work.length
  }
  return { alone: [], again: [] }
}

/** Where so many fail that groups come to nothing, all go alone. */
const mostGroups = 3

/** `place` is that of the query that failed. */
function apart(batch: readonly Committing[], place: number): Undone {
  let end = 0
  const failed = batch.find(({ work }) => {
    end += work.length
    return place < end
  })
  const others = batch.filter((one) => one !== failed).map((one) => ({ ...one, attempts: one.attempts + 1 }))
  const mayGoAgain = ({ attempts }: Committing) => failed !== undefined && attempts < mostGroups
  return {
    alone: [...(failed === undefined ? [] : [failed]), ...others.filter((one) => !mayGoAgain(one))],
    again: others.filter(mayGoAgain),
  }
}

/** A connection that broke leaves open what was committed, so that it can't be tried again. */
const wasUndone = (error: unknown): boolean => isWorthRetrying(error) || !breaksConnection(error)

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

/** Read committed is enough: every rule is within one statement. */
async function takeAlone(pool: Pool, [one]: readonly Committing[]): Promise<readonly Committing[]> {
  if (one === undefined) return []
  let done = 0
  let changes = 0
  try {
    await sendBatch(pool, one.work, (_, changed) => {
      done++
      changes += changed
    })
    one.resolve({ lost: undefined, changes })
  } catch (error) {
    const attempts = one.attempts + 1
    if (isWorthRetrying(error) && attempts < mostAttempts) {
      await delay(Math.random() * 10 * 2 ** attempts)
      return [{ ...one, attempts }]
    }
    if (stateOf(error) === lostState) one.resolve({ lost: done })
    else one.reject(translated(error))
  }
  return []
}
