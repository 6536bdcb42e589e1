/** What a process and everything it started has used: processor time and memory, as Linux counts them in `/proc`. */
import { readdirSync, readFileSync } from 'node:fs'

const ticksInSecond = 100
const bytesInPage = 4_096

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The process and all below it. */
export function treeOf(pid: number): readonly number[] {
  let threads: readonly string[] = []
  try {
    threads = readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
  const children = threads.flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(treeOf)]
}

/** After the name, which may hold anything: `utime` is field 14, `stime` 15, `cutime` 16, `cstime` 17, `rss` 24. */
function statOf(pid: number): readonly number[] {
  const text = read(`/proc/${pid}/stat`)
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
}

/** Seconds of user and system time, of all threads, of living processes and of those they have waited for. */
export function processorTime(pid: number): number {
  const ticks = treeOf(pid).flatMap((one) => statOf(one).slice(11, 15))
  return ticks.reduce((sum, each) => sum + each, 0) / ticksInSecond
}

/** Bytes that lie in memory. */
export const residentMemory = (pid: number): number =>
  treeOf(pid).reduce((sum, one) => sum + (statOf(one)[21] ?? 0) * bytesInPage, 0)
