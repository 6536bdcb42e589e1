/** How a long-running command is asked to end. */
import { exitCodes } from './command.ts'

/** npm passes on the Ctrl-C that the terminal has sent to us already, and `timeout` its SIGTERM: one wish, said twice. */
const sameWish = 1_000

/** Resolves with the first SIGTERM or SIGINT; a later one ends the process at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let asked: { readonly by: NodeJS.Signals; readonly at: number } | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const now = performance.now()
      const echo = asked?.by === signal && now - asked.at <= sameWish
      if (asked !== undefined && !echo) process.exit(exitCodes.interrupted)
      asked ??= { by: signal, at: now }
      resolve(signal)
    })
  }
  return promise
}
