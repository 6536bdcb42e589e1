/** Random stories of several people, their clients and an attacker, held against a small model of what OAuth allows. */
import { randomInt } from 'node:crypto'
import { it } from 'node:test'
import { openStorage } from '@symbolon/storage/open'
import { sharedPostgres } from '../support/postgres.ts'
import { tellStories } from './run.ts'

const runs = [
  { name: 'SQLite', steps: 10_000, location: async () => 'memory' },
  { name: 'PostgreSQL', steps: 200, location: async () => (await sharedPostgres()).createDatabase() },
] as const

for (const { name, steps, location } of runs)
  it(`the server and the model agree for ${steps} steps on ${name} (attacks 33, 34, 40, 41)`, async (test) => {
    const storage = await openStorage(await location())
    try {
      const told = await tellStories(storage, { steps, seed: randomInt(1_000_000_000) })
      test.diagnostic(`${told.steps} steps in ${told.stories} stories, ${told.pairs} pairs side by side`)
    } finally {
      await storage.close()
    }
  })
