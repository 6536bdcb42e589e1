/** How a long-running command is asked to end. */
import { exitCodes } from './command.ts'

/** Resolves with the first SIGTERM or SIGINT; the next one ends the process at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let asked = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(exitCodes.interrupted)
      asked = true
      resolve(signal)
    })
  }
  return promise
}
