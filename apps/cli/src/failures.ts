/** What a person at a terminal is told when something can't be done: a sentence and never a stack, unless it is a bug. */
import { CommandFailure, exitCodes } from './command.ts'

export interface Explained {
  readonly message: string
  readonly code: number
}

/** Errors whose message is a sentence for people. By name, so that nothing heavy is loaded to say it. */
const sentences: ReadonlySet<string> = new Set([
  'ConfigurationError',
  'DataFolderError',
  'StorageProblem',
  'StorageUnavailable',
])

export function explain(error: unknown): Explained {
  if (error instanceof CommandFailure) return { message: error.message, code: error.code }
  if (!(error instanceof Error)) return { message: String(error), code: exitCodes.failed }
  if (sentences.has(error.name)) return { message: error.message, code: exitCodes.failed }
  if (error.name === 'KeySealedElsewhere') {
    const message = `${error.message} Start with that one again; what it sealed can't be read without it.`
    return { message, code: exitCodes.failed }
  }
  const fault = listenFault(error)
  if (fault !== undefined) return { message: fault, code: exitCodes.failed }
  return { message: `This is a fault of the program.\n${error.stack ?? error.message}`, code: exitCodes.failed }
}

/** Node names the second where one process listens for others. */
const listening: ReadonlySet<string> = new Set(['listen', 'bind'])

function listenFault(error: Error): string | undefined {
  if (!('syscall' in error) || !listening.has(String(error.syscall)) || !('code' in error)) return undefined
  const port = 'port' in error ? `${error.port}` : ''
  const address = 'address' in error ? ` of ${error.address}` : ''
  if (error.code === 'EADDRINUSE') return portInUse(port)
  if (error.code === 'EACCES') return `This account may not listen on port ${port}; ports below 1024 need more rights.`
  if (error.code === 'EADDRNOTAVAIL') return `The address${address} is none of this machine's.`
  return `Listening on port ${port} failed: ${String(error.code)}.`
}

export const portInUse = (port: number | string): string =>
  `Port ${port} is in use by another program; stop that one or choose another port with --port.`
