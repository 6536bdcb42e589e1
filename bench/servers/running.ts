/** A server of the bench while it runs: started, waited for, ended. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Launch } from '../world.ts'
import { type Contender, type Started, start } from './contenders.ts'

export interface Running {
  readonly contender: Contender
  readonly issuer: string
  readonly pid: number
  /** From the start of the process to its first good answer, in seconds. */
  readonly startedIn: number
  close(): Promise<void>
}

const patience = 30_000

export async function run(
  contender: Contender,
  { folder, launch, ...started }: Started & { readonly folder: string; readonly launch: Launch },
): Promise<Running> {
  const from = performance.now()
  const child = start(contender, folder, launch, started)
  const ended = once(child, 'exit')
  while (!(await answers(launch.port))) {
    if (child.exitCode !== null || performance.now() - from > patience) {
      child.kill()
      throw new Error(
        `${contender} did not start:\n${readFileSync(join(folder, `${contender}.log`), 'utf8').slice(-2_000)}`,
      )
    }
    await delay(2)
  }
  return {
    contender,
    issuer: launch.issuer,
    pid: child.pid ?? 0,
    startedIn: (performance.now() - from) / 1_000,
    async close() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(late)
    },
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const path = '/.well-known/openid-configuration'
    const headers = { host: `localhost:${port}` }
    const asked = get({ host: '127.0.0.1', port, path, agent: false, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode === 200))
    })
    asked.on('error', () => resolve(false))
  })
