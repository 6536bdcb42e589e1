/**
 * The process that runs PostgreSQL for a test and outlives it: when the test's process ends, however it ends,
 * the channel to it closes, and the server and its folder go too.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'

export interface Launch {
  readonly program: string
  readonly parameters: readonly string[]
  readonly folder: string
  readonly uid?: number
  readonly gid?: number
}

export type Order =
  | { readonly order: 'start'; readonly launch: Launch }
  | { readonly order: 'fast' | 'immediate' | 'kill' }

export type Report =
  | { readonly report: 'ready'; readonly pid: number }
  | { readonly report: 'ended'; readonly log: string }

const longestLog = 8_000
let server: ChildProcess | undefined
let folder: string | undefined

function tell(report: Report): void {
  if (process.connected) process.send?.(report)
}

function start(launch: Launch): void {
  const { program, parameters, uid, gid } = launch
  folder = launch.folder
  const child = spawn(program, parameters, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(uid !== undefined && gid !== undefined && { uid, gid }),
  })
  server = child
  let log = ''
  let isReady = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-longestLog)
    if (isReady || child.pid === undefined || !log.includes('database system is ready to accept connections')) return
    isReady = true
    tell({ report: 'ready', pid: child.pid })
  })
  child.on('error', (error) => {
    log += error.message
  })
  child.on('close', () => {
    if (server === child) server = undefined
    tell({ report: 'ended', log })
  })
}

const signals = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const

process.on('message', (message: Order) => {
  if (message.order === 'start') start(message.launch)
  else server?.kill(signals[message.order])
})

process.on('disconnect', async () => {
  if (server?.kill('SIGQUIT')) await once(server, 'close')
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})
