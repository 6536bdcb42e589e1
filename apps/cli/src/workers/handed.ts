/**
 * Node forgets the connection that it was handing to a worker when that one dies: it would stay open for ever, with
 * somebody waiting at its other end. Closed, it is asked again.
 */
import type { Worker } from 'node:cluster'

/** Looks at what is sent to the worker; a connection that was taken is closed here already, and closing it is nothing. */
export function closeWhatWasHanded({ process: worker }: Worker): void {
  const send = worker.send.bind(worker) as (message: unknown, handle?: unknown, ...rest: unknown[]) => boolean
  let handed: unknown
  worker.send = (message: unknown, handle?: unknown, ...rest: unknown[]) => {
    if (handle !== undefined) handed = handle
    return send(message, handle, ...rest)
  }
  worker.once('exit', () => {
    if (isClosable(handed)) handed.close()
  })
}

const isClosable = (handed: unknown): handed is { close(): void } =>
  typeof handed === 'object' && handed !== null && 'close' in handed && typeof handed.close === 'function'
