/** Tells stories until so many steps were taken, and shortens the one that fails. */
import { AssertionError } from 'node:assert'
import type { Storage } from '@symbolon/authorization-server/ports/store'
import fc from 'fast-check'
import { type Action, beginnings, giving, requests, taking, waiting, words } from './actions.ts'
import { beginStory, type Story } from './story.ts'

/** One step, or two side by side. */
class Command implements fc.AsyncCommand<object, { readonly story: Story; readonly scheduler: fc.Scheduler }, false> {
  readonly actions: readonly Action[]

  constructor(actions: readonly Action[]) {
    this.actions = actions
  }

  // What can be done follows from what was answered so far, so `run` leaves out what can't.
  check(): boolean {
    return true
  }

  async run(
    _: object,
    { story, scheduler }: { readonly story: Story; readonly scheduler: fc.Scheduler },
  ): Promise<void> {
    if (story.canDo(this.actions)) await story.tell(this.actions, scheduler)
  }

  toString(): string {
    return this.actions.map(words).join(' ‖ ')
  }
}

const commands = fc.commands(
  [
    requests.map((action) => new Command([action])),
    requests.map((action) => new Command([action])),
    requests.map((action) => new Command([action])),
    waiting.map((action) => new Command([action])),
    fc.tuple(requests, requests).map((pair) => new Command(pair)),
    fc.tuple(giving, taking).map((pair) => new Command(pair)),
    fc.tuple(giving, taking).map((pair) => new Command(pair)),
    fc.tuple(taking, taking).map((pair) => new Command(pair)),
    requests.map((action) => new Command([action, action])),
  ],
  { maxCommands: 90, size: 'max' },
)

export interface Told {
  readonly stories: number
  readonly steps: number
  readonly pairs: number
}

export async function tellStories(
  storage: Storage,
  { steps: wanted, seed }: { readonly steps: number; readonly seed: number },
  onProgress: (told: Told) => void = () => undefined,
): Promise<Told> {
  let [stories, steps, pairs] = [0, 0, 0]
  const taken = (count: number) => {
    steps += count
    if (count > 1) pairs++
  }
  const property = fc.asyncProperty(fc.scheduler(), beginnings, commands, async (scheduler, beginning, goesOn) => {
    stories++
    const story = await beginStory(storage, taken)
    for (const action of beginning) await story.tell([action], scheduler)
    await fc.asyncModelRun(() => ({ model: {}, real: { story, scheduler } }), goesOn)
  })
  for (let round = 0; steps < wanted; round++) {
    const details = await fc.check(property, { seed: seed + round, numRuns: 10, interruptAfterTimeLimit: 600_000 })
    if (details.failed) {
      const cause = details.errorInstance
      const why = cause instanceof AssertionError ? cause.message : String(cause instanceof Error ? cause.stack : cause)
      throw new Error(`${why}\n(seed ${seed + round}, path ${details.counterexamplePath})`)
    }
    onProgress({ stories, steps, pairs })
  }
  return { stories, steps, pairs }
}
