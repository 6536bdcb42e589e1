/** `symbolon serve` in a process of its own, to be killed, stopped and started again on the same data. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePorts } from '../support/ports.ts'
import { configFor } from '../support/server.ts'
import { loadClients } from './load.ts'

const program = fileURLToPath(new URL('../../apps/cli/src/symbolon.mjs', import.meta.url))
const shiftedClock = new URL('./shifted-clock.ts', import.meta.url).href

export interface ServerProcess {
  readonly port: number
  /** Where this one listens, whatever the issuer is called. */
  readonly at: string
  start(): Promise<void>
  /** Resolves when the process is gone; gives its exit code. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
  readonly isRunning: () => boolean
  readonly pid: () => number
  /** What it wrote to standard error. */
  readonly complaints: () => string
  /** So many seconds ahead of the real time, or behind it; those started later go by it too. */
  setClock(seconds: number): Promise<void>
}

export interface ServerPlace {
  readonly storage: string
  readonly folder: string
  /** Where people find it, when not at this process itself. */
  readonly url?: string
  readonly lifetimes?: Readonly<Record<string, number>>
  /** The user that it runs as, where it is not our own. */
  readonly account?: number
  /** Members of the configuration beside those of every test server, or instead of them. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Told what it writes to standard output. */
  readonly onOutput?: (text: string) => void
}

export async function placeServer({
  storage,
  folder,
  lifetimes,
  account,
  onOutput,
  ...about
}: ServerPlace): Promise<ServerProcess> {
  const [port = 0] = await freePorts(1)
  const at = `http://localhost:${port}`
  const config = join(folder, `symbolon-${port}.json`)
  const url = about.url ?? at
  const settings = { port, url, storage, data: folder, clients: loadClients, ...(lifetimes && { lifetimes }) }
  writeFileSync(config, JSON.stringify({ ...configFor(settings), ...about.config }))
  let child: ChildProcess | undefined
  let complaints = ''
  let clock = 0
  return {
    port,
    at,
    isRunning: () => child !== undefined && child.exitCode === null && child.signalCode === null,
    pid: () => child?.pid ?? 0,
    complaints: () => complaints,
    async start() {
      complaints = ''
      const started = spawn(process.execPath, ['--import', shiftedClock, program, 'serve', '--config', config], {
        stdio: ['ignore', onOutput ? 'pipe' : 'ignore', 'pipe', 'ipc'],
        env: { ...process.env, SYMBOLON_TEST_CLOCK: String(clock) },
        ...(account !== undefined && { uid: account, gid: account }),
      })
      child = started
      started.stdout?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text))
      started.stderr?.setEncoding('utf8').on('data', (text: string) => {
        complaints += text
      })
      while (started.exitCode === null) {
        const ready = await fetch(`${at}/ready`).then(
          ({ ok }) => ok,
          () => false,
        )
        if (ready) return
        await pause(50)
      }
      throw new Error(complaints)
    },
    async end(signal) {
      assert.ok(child)
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
      return child.exitCode
    },
    async setClock(seconds) {
      clock = seconds
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const set = once(child, 'message')
      child.send(seconds)
      await set
    },
  }
}

/** Runs a command of the program on the data of a server. */
export async function command(server: ServerProcess, folder: string, ...words: readonly string[]): Promise<string> {
  const config = join(folder, `symbolon-${server.port}.json`)
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...words, '--config', config])
  return stdout
}
