/** The process that makes the load: takes orders from the bench, one at a time, and reports what came back. */
import { once } from 'node:events'
import { quantile } from '../measure/statistics.ts'
import { openHttp } from './http.ts'
import type { Order, Report, Result } from './messages.ts'
import { openTarget, type Target } from './target.ts'
import { workloads } from './workloads.ts'

const targets = new Map<string, Target>()
const report = (message: Report) => process.send?.(message)

async function run(order: Extract<Order, { readonly do: 'run' }>): Promise<Result> {
  const { issuer, concurrency, seconds, operations: most = Number.POSITIVE_INFINITY } = order
  const workload = workloads.find(({ name }) => name === order.workload)
  const target = targets.get(issuer)
  if (workload === undefined || target === undefined) throw new Error('no such workload or target')
  const http = openHttp(concurrency)
  const each = Array.from({ length: concurrency }, (_, at) => at)
  const workers = await Promise.all(each.map((at) => workload.worker(target, http, at)))
  report({ done: 'ready' })
  await once(process, 'message')

  const latencies: number[] = []
  const errors: Record<string, number> = {}
  let left = most
  const started = performance.now()
  const until = started + seconds * 1_000
  await Promise.all(
    workers.map(async (operation) => {
      while (left > 0 && performance.now() < until) {
        left--
        const from = performance.now()
        try {
          await operation()
          latencies.push(performance.now() - from)
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          errors[message] = (errors[message] ?? 0) + 1
        }
      }
    }),
  )
  const took = (performance.now() - started) / 1_000
  http.close()
  const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((part) => quantile(latencies, part))
  return { operations: latencies.length, errors, seconds: took, p50, p95, p99 }
}

async function obey(order: Order): Promise<void> {
  if (order.do === 'open') {
    targets.set(order.issuer, await openTarget(order.issuer, order.world))
    report({ done: 'open' })
  } else report({ done: 'run', ...(await run(order)) })
}

process.on('message', (order: Order | { readonly do: 'go' }) => {
  if (order.do === 'go') return
  obey(order).catch((error: unknown) => {
    report({ done: 'failed', message: error instanceof Error ? error.message : String(error) })
  })
})
process.on('disconnect', () => process.exit())
