/** `npm run crash -- --minutes 20`: the faults under load, one kind after the other, until the time is over. */
import { parseArgs } from 'node:util'
import { cutDatabase, killOften, killOneOfTwo, restartInTurn, type Told } from './scenarios.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '20' } } })
const begin = Date.now()
const end = begin + Number(values.minutes) * 60_000

const scenarios: Readonly<Record<string, () => Promise<Told>>> = {
  'kill -9, SQLite with its log cut': () => killOften('SQLite', { kills: 12 }),
  'kill -9, PostgreSQL': () => killOften('PostgreSQL', { kills: 8 }),
  'PostgreSQL killed, connections cut': () => cutDatabase({ rounds: 4 }),
  'one of two servers killed': () => killOneOfTwo({ kills: 6 }),
  'restarted in turn, keys rotated': () => restartInTurn({ rounds: 3 }),
}

const totals = new Map<string, Record<string, number>>()
while (Date.now() < end)
  for (const [name, run] of Object.entries(scenarios)) {
    if (Date.now() >= end) break
    const told = await run()
    const total = totals.get(name) ?? {}
    for (const [what, count] of Object.entries(told)) total[what] = (total[what] ?? 0) + count
    totals.set(name, total)
    console.log(`${Math.round((Date.now() - begin) / 1_000)} s  ${name}: ${JSON.stringify(total)}`)
  }
process.exit()
