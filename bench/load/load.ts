/** The load, as the bench sees it: another process that is given orders and answers with what it measured. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { World } from '../world.ts'
import type { Order, Report, Result } from './messages.ts'

export type Run = Omit<Extract<Order, { readonly do: 'run' }>, 'do'>

export interface Load {
  open(issuer: string, world: World): Promise<void>
  /** `measured` is called when all is prepared; what it gives back is called when the last answer is there. */
  run<Measured>(run: Run, measure: () => () => Promise<Measured>): Promise<Result & { readonly measured: Measured }>
  end(): void
}

export function startLoad(): Load {
  const child: ChildProcess = fork(fileURLToPath(import.meta.resolve('./main.ts')), { execArgv: [] })
  const hear = async (): Promise<Report> => {
    const [report] = (await once(child, 'message')) as [Report]
    if (report.done === 'failed') throw new Error(`The load could not be made: ${report.message}`)
    return report
  }
  return {
    async open(issuer, world) {
      child.send({ do: 'open', issuer, world } satisfies Order)
      await hear()
    },
    async run(run, measure) {
      child.send({ do: 'run', ...run } satisfies Order)
      await hear()
      const finish = measure()
      child.send({ do: 'go' })
      const report = await hear()
      const measured = await finish()
      if (report.done !== 'run') throw new Error('The load answered something else.')
      const { done: _, ...result } = report
      return { ...result, measured }
    },
    end: () => child.kill(),
  }
}
