/**
 * Those who want something of a distant database in one turn of the event loop go there together, and so do those who
 * come while others are on their way: for both sides a batch costs little more than one alone.
 */
import { StorageUnavailable } from '@symbolon/authorization-server/ports/store'

export interface Waiting<Work, Answer> {
  readonly work: Work
  readonly since: number
  /** How often it has been taken along in vain. */
  readonly attempts: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

export interface Gathering<Work, Answer> {
  /** Answers all of the batch, but those that it gives back, who are taken along again. It does not reject. */
  readonly take: (batch: readonly Waiting<Work, Answer>[]) => Promise<readonly Waiting<Work, Answer>[]>
  /** Batches on their way at most. */
  readonly batches: number
  /** Of how many at most. */
  readonly largest: number
  /** Milliseconds that one waits to be taken along. */
  readonly patience: number
}

export interface Gathered<Work, Answer> {
  ask(work: Work): Promise<Answer>
  /** For one who has waited elsewhere. */
  enter(waiting: Waiting<Work, Answer>): void
}

/** A batch that takes longer, in milliseconds, is not waited for: the next goes beside it. */
const longest = 20

/** More than any server has requests open. */
const mostWaiting = 20_000

export function gather<Work, Answer>(gathering: Gathering<Work, Answer>): Gathered<Work, Answer> {
  const { take, batches, largest, patience } = gathering
  let queue: Waiting<Work, Answer>[] = []
  let underWay = 0
  let isScheduled = false
  let late: NodeJS.Timeout | undefined

  const schedule = () => {
    if (queue.length === 0 || isScheduled) return
    if (underWay === 0 || queue.length > largest || largest === 1) {
      if (underWay === batches) return
      isScheduled = true
      setImmediate(depart)
    } else if (underWay < batches) {
      late ??= setTimeout(depart, longest)
    }
  }

  const depart = async () => {
    isScheduled = false
    clearTimeout(late)
    late = undefined
    if (underWay === batches) return
    queue = queue.filter((waiting) => !isImpatient(waiting, patience))
    const batch = queue.splice(0, largest)
    if (batch.length === 0) return
    underWay++
    schedule()
    const left = await take(batch)
    underWay--
    queue.unshift(...left)
    schedule()
  }

  const enter = (waiting: Waiting<Work, Answer>) => {
    if (queue.length >= mostWaiting) return waiting.reject(new StorageUnavailable('The database is too busy.'))
    queue.push(waiting)
    schedule()
  }
  const ask = (work: Work) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    enter({ work, since: performance.now(), attempts: 0, resolve, reject })
    return promise
  }
  return { ask, enter }
}

function isImpatient<Work, Answer>({ since, reject }: Waiting<Work, Answer>, patience: number): boolean {
  if (performance.now() - since < patience) return false
  reject(new StorageUnavailable('The database is too busy.'))
  return true
}
