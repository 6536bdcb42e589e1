/** What a server does beside answering: sweeps what has expired, in bounded steps, and keeps its keys in order. */
import { setTimeout as wait } from 'node:timers/promises'
import { maintainKeys } from '@symbolon/authorization-server/keys/lifecycle'
import type { ReloadableKeyRing } from '@symbolon/authorization-server/keys/ring'
import { forgetUnused } from '@symbolon/authorization-server/registration/unused'
import type { Installation } from './installation.ts'
import type { Log } from './log.ts'

const everyMinute = 60_000
const rowsInOneStep = 500
const stepsAtMost = 100
/** Between two steps requests get their turn. */
const betweenSteps = 20

/** Starts the rounds; the returned function ends them and resolves when nothing of them runs any more. */
export function startMaintenance(
  installation: Installation,
  { keys, log, every = everyMinute }: { readonly keys: ReloadableKeyRing; readonly log: Log; readonly every?: number },
): () => Promise<void> {
  const ending = new AbortController()
  let round: Promise<void> | undefined
  const timer = setInterval(() => {
    round ??= maintain(installation, keys, ending.signal)
      .catch((cause: unknown) => log({ level: 'warn', message: 'maintenance failed; it is tried again', cause }))
      .finally(() => {
        round = undefined
      })
  }, every)
  timer.unref()
  return async () => {
    clearInterval(timer)
    ending.abort()
    await round
  }
}

async function maintain(installation: Installation, keys: ReloadableKeyRing, ending: AbortSignal): Promise<void> {
  const { storage, now } = installation
  for (let step = 0; step < stepsAtMost && !ending.aborted; step++) {
    if ((await storage.sweep(now(), rowsInOneStep)) < rowsInOneStep) break
    await wait(betweenSteps)
  }
  if (!ending.aborted) await forgetUnused(installation)
  if (!ending.aborted && (await maintainKeys(installation)).length > 0) await keys.reload()
}
