/** Runs the real `symbolon` command as a child process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../src/symbolon.mjs', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  /** Resolves with the first line of standard output that matches; rejects when the process ends before. */
  line(pattern: RegExp): Promise<string>
  readonly ended: Promise<Ended>
}

export interface How {
  /** Another program than `symbolon`. */
  readonly program?: string
  readonly cwd?: string
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
}

export function start(
  args: readonly string[],
  { cwd = tmpdir(), input = '', environment = {}, ...how }: How = {},
): Running {
  const child = spawn(process.execPath, [how.program ?? program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, NO_COLOR: '1', ...environment },
    stdio: 'pipe',
  })
  child.stdin.end(input)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const ended = once(child, 'close').then(([code]): Ended => ({ code, stdout, stderr }))
  const found = (pattern: RegExp) => stdout.split('\n').find((line) => pattern.test(line))
  return {
    child,
    ended,
    line: async (pattern) => {
      let over = false
      void ended.then(() => {
        over = true
      })
      for (;;) {
        const line = found(pattern)
        if (line !== undefined) return line
        if (over) throw new Error(`The process ended without printing ${pattern}:\n${stdout}\n${stderr}`)
        await Promise.race([once(child.stdout, 'data'), ended])
      }
    },
  }
}

export const run = (args: readonly string[], how?: How): Promise<Ended> => start(args, how).ended

/** A folder of its own with a configuration in it; gone when it is disposed of. */
export interface Place extends Disposable {
  readonly folder: string
  readonly config: string
  write(name: string, text: string): string
}

export const secret = 'Zk3vQw8xN1pT6yLr0sBd5uHj9mCf2aGe'

export function place(more = ''): Place {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-cli-'))
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const config = write(
    'symbolon.yaml',
    `issuer: http://localhost:4999\nsecret: ${secret}\nlisten: { port: 0 }\n${more}\n`,
  )
  return { folder, config, write, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Where a server that logs JSON says that it listens. */
export async function listening(server: Running): Promise<string> {
  const { url } = JSON.parse(await server.line(/"message":"listening"/))
  return url
}
