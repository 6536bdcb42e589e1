/** `npm run model -- --steps 1000000 --seed 7 --storage memory`: the same stories as in `npm test`, as many as wanted. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { openStorage } from '@symbolon/storage/open'
import { startPostgres } from '../support/postgres.ts'
import { tellStories } from './run.ts'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '100000' },
    minutes: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    storage: { type: 'string', default: 'memory' },
  },
})
const begin = Date.now()
const deadline = values.minutes === undefined ? Infinity : begin + Number(values.minutes) * 60_000
const wanted = values.minutes === undefined ? Number(values.steps) : Infinity
await using postgres = values.storage === 'postgres' ? await startPostgres({ fsync: false }) : undefined
const seconds = () => Math.round((Date.now() - begin) / 1_000)
let [stories, steps, pairs] = [0, 0, 0]
/** A new database now and then: what was told is not needed any more. */
const chapter = 20_000
for (let seed = Number(values.seed); steps < wanted && Date.now() < deadline; seed += chapter) {
  const storage = await openStorage((await postgres?.createDatabase()) ?? values.storage)
  const told = await tellStories(storage, { steps: Math.min(chapter, wanted - steps), seed })
  await storage.close()
  stories += told.stories
  steps += told.steps
  pairs += told.pairs
  console.log(`${steps} steps in ${stories} stories, ${pairs} pairs side by side, ${seconds()} s, seed ${seed}`)
}
