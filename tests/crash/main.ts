/**
 * `npm run crash -- --minutes 20`: the long stories, on SQLite and on PostgreSQL in turns (or on one: `--storage
 * sqlite`), and between them restarts in turn under a load of which nothing may fail. Ends with what happened.
 */
import { parseArgs } from 'node:util'
import { type Story, storyOnPostgres, storyOnSqlite, type Tally } from './mixed.ts'
import { restartInTurn } from './scenarios.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, storage: { type: 'string', default: 'both' } },
})
const begin = Date.now()
const end = begin + Number(values.minutes) * 60_000
const seconds = () => Math.round((Date.now() - begin) / 1_000)
const say = (name: string, tally: Tally) =>
  console.log(`${String(seconds()).padStart(5)} s  ${name}: ${JSON.stringify(tally)}`)

const stories = new Map<string, Story>()
if (values.storage !== 'postgres') stories.set('SQLite', await storyOnSqlite())
if (values.storage !== 'sqlite') stories.set('PostgreSQL, two servers', await storyOnPostgres())
const restarts: Record<string, number> = {}
const faultsInChapter = 12

let failure: unknown
try {
  while (Date.now() < end) {
    for (const [name, story] of stories) {
      await story.chapter(faultsInChapter)
      say(name, story.tally())
    }
    if (values.storage === 'sqlite') continue
    for (const [what, count] of Object.entries(await restartInTurn({ rounds: 1 })))
      restarts[what] = (restarts[what] ?? 0) + count
    say('restarted in turn, nothing may fail', restarts)
  }
} catch (error) {
  failure = error
}
console.log(`\nAfter ${seconds()} s:`)
for (const [name, story] of stories) say(name, story.tally())
if (values.storage !== 'sqlite') say('restarted in turn, nothing may fail', restarts)
const all = [...stories.values()].map((story) => story.tally())
const sum = (what: string) => [...all, restarts].reduce((total, tally) => total + (tally[what] ?? 0), 0)
const lost = failure === undefined ? 'lost = 0' : 'A PROMISE WAS BROKEN'
console.log(
  `${sum('flows')} flows, ${sum('restarts')} restarts, ${sum('answers')} answers, ${sum('checked')} promises checked, ${lost}`,
)
if (failure !== undefined) console.error(failure)
await Promise.all([...stories.values()].map((story) => story.close()))
process.exit(failure === undefined ? 0 : 1)
