/**
 * Group commit: the commits of all requests that wait in one turn of the event loop share one transaction, and so
 * one fsync. One that is lost or fails undoes itself alone. Nobody is answered before the transaction is committed. A
 * batch runs without a pause, so no read ever comes between its statements.
 *
 * That something must be undone is rare, and a savepoint for each commit costs as much as a statement: so a batch runs
 * without them, and when one turns out to be needed, all of it again with them.
 */
import type { Outcome, Value } from './sql.ts'
import type { Connected, Connection } from './sqlite-connection.ts'
import { endsTransaction, isBusy, translated } from './sqlite-errors.ts'

/** One statement of a commit, its values in order. */
export interface PlacedStep {
  readonly name: string
  readonly text: string
  readonly spends: boolean
  readonly values: readonly Value[]
}

export interface GroupCommit {
  commit(steps: readonly PlacedStep[]): Promise<Outcome>
  /** Resolves when all that was committed until now is answered. */
  settle(): Promise<void>
}

interface Waiting {
  readonly steps: readonly PlacedStep[]
  readonly since: number
  readonly promise: Promise<Outcome>
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

/** So many commits may share a transaction: it bounds how long the event loop stands still. */
const largestBatch = 256
const retryAfter = 10

/** `patience`: milliseconds that a commit waits for another process to finish writing. */
export function groupCommit(connected: Connected, patience: number): GroupCommit {
  const queue: Waiting[] = []
  let scheduled = false

  const schedule = (how: (work: () => void) => unknown) => {
    if (scheduled) return
    scheduled = true
    how(() => {
      scheduled = false
      flush()
    })
  }

  const flush = () => {
    const batch = queue.slice(0, largestBatch)
    try {
      const settle = connected.use((connection) => runBatch(connection, batch))
      queue.splice(0, batch.length)
      for (const answer of settle) answer()
    } catch (error) {
      const failed = isBusy(error) ? takeImpatient(queue, patience) : queue.splice(0, batch.length)
      for (const each of failed) each.reject(translated(error))
      if (queue.length > 0 && isBusy(error)) return schedule((work) => setTimeout(work, retryAfter))
    }
    if (queue.length > 0) schedule(setImmediate)
  }

  return {
    commit(steps) {
      const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
      queue.push({ steps, since: performance.now(), promise, resolve, reject })
      schedule(setImmediate)
      return promise
    },
    settle: async () => {
      await Promise.allSettled(queue.map(({ promise }) => promise))
    },
  }
}

/** Takes out those who have waited too long; they stand in front. */
function takeImpatient(queue: Waiting[], patience: number): readonly Waiting[] {
  const deadline = performance.now() - patience
  const patient = queue.findIndex(({ since }) => since > deadline)
  return queue.splice(0, patient === -1 ? queue.length : patient)
}

/** Runs the batch and commits it; gives back how each is to be answered. Throws when nothing of it happened. */
function runBatch(connection: Connection, batch: readonly Waiting[]): readonly (() => void)[] {
  return (
    inOneTransaction(connection, () => runFreely(connection, batch)) ??
    inOneTransaction(connection, () => batch.map((each) => runWithSavepoint(connection, each))) ??
    []
  )
}

/** Commits what `work` gave; `undefined` when it gave nothing and all was undone. */
function inOneTransaction<Result>(connection: Connection, work: () => Result | undefined): Result | undefined {
  run(connection, 'begin immediate')
  try {
    const result = work()
    run(connection, result === undefined ? 'rollback' : 'commit')
    return result
  } catch (error) {
    if (connection.isTransaction) run(connection, 'rollback')
    throw error
  }
}

/** `undefined` when one of them has to be undone: it was lost after it had changed something, or it failed. */
function runFreely(connection: Connection, batch: readonly Waiting[]): readonly (() => void)[] | undefined {
  const answers: (() => void)[] = []
  for (const { steps, resolve } of batch) {
    try {
      const outcome = runSteps(connection, steps)
      if (outcome.lost !== undefined && outcome.lost > 0) return undefined
      answers.push(() => resolve(outcome))
    } catch (error) {
      if (endsTransaction(error)) throw error
      return undefined
    }
  }
  return answers
}

function runWithSavepoint(connection: Connection, { steps, resolve, reject }: Waiting): () => void {
  run(connection, 'savepoint one')
  try {
    const outcome = runSteps(connection, steps)
    if (outcome.lost !== undefined) run(connection, 'rollback to one')
    run(connection, 'release one')
    return () => resolve(outcome)
  } catch (error) {
    if (endsTransaction(error)) throw error
    run(connection, 'rollback to one')
    run(connection, 'release one')
    return () => reject(translated(error))
  }
}

function runSteps(connection: Connection, steps: readonly PlacedStep[]): Outcome {
  let changes = 0
  let place = 0
  for (const { name, text, spends, values } of steps) {
    const prepared = connection.prepare(name, text)
    if (!spends) changes += Number(prepared.run(...values).changes)
    else if (prepared.get(...values) === undefined) return { lost: place }
    place++
  }
  return { lost: undefined, changes }
}

const run = (connection: Connection, text: string) => connection.prepare(text, text).run()

/** For what must be read as well as written: `work` in one transaction of its own. */
export function inTransaction<Result>(connection: Connection, work: () => Result): Result {
  run(connection, 'begin immediate')
  try {
    const result = work()
    run(connection, 'commit')
    return result
  } catch (error) {
    if (connection.isTransaction) run(connection, 'rollback')
    throw error
  }
}
