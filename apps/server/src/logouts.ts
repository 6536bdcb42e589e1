/**
 * Sends again what a sign-out could not tell an app: while it is due, in every process that looks after the database, and
 * after each start what the process before it left.
 */
import { deliverDue } from '@symbolon/authorization-server/logout/deliver'
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import type { Log } from './log.ts'

/** Milliseconds between two looks: one read by an index, and hardly ever anything to do. */
const between = 5_000

/**
 * The returned function ends it. An attempt under way is given up, and made anew by whoever comes next. Clients that nobody
 * has looked at are told by a look of their own, which may take as long as they like.
 */
export function startLogouts(
  issuer: Issuer,
  { log, every = between }: { readonly log: Log; readonly every?: number },
): () => void {
  const ending = new AbortController()
  const looking = new Set<boolean>()
  const lookFor = (unreviewed: boolean) => {
    if (looking.has(unreviewed)) return
    looking.add(unreviewed)
    deliverDue(issuer, ending.signal, { unreviewed })
      .catch((cause: unknown) => {
        if (ending.signal.aborted) return
        log({ level: 'warn', message: 'logout tokens could not be sent; it is tried again', cause })
      })
      .finally(() => {
        looking.delete(unreviewed)
      })
  }
  const look = () => {
    lookFor(false)
    lookFor(true)
  }
  const timer = setInterval(look, every)
  timer.unref()
  look()
  return () => {
    clearInterval(timer)
    ending.abort()
  }
}
