/** What a server does beside answering: bounded sweeps, keys kept in order, and an end that waits for both. */
import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { createKeyRing } from '@symbolon/authorization-server/keys/ring'
import { readConfig } from '@symbolon/server/config/load'
import { type Installation, openInstallation } from '@symbolon/server/installation'
import type { Notice } from '@symbolon/server/log'
import { startMaintenance } from '@symbolon/server/maintenance'

const config = readConfig({
  issuer: 'http://localhost:4000',
  secret: 'Zk3vQw8xN1pT6yLr0sBd5uHj9mCf2aGe',
  storage: 'memory',
})

const minute = 60_000

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** Lets minutes pass until `reached`; a round that still runs is not started again. */
async function minutesUntil(reached: () => boolean): Promise<void> {
  while (!reached()) {
    mock.timers.tick(minute)
    await nextTurn()
  }
}

describe('maintenance', () => {
  it('sweeps step by step each minute, and goes on after a round that failed', async () => {
    const installation = await openInstallation(config)
    const answers: readonly (number | Error)[] = [500, 500, 3, new Error('The database is away.'), 0]
    const limits: number[] = []
    const storage = {
      ...installation.storage,
      sweep: async (_now: number, limit: number) => {
        const answer = answers[limits.length] ?? 0
        limits.push(limit)
        if (answer instanceof Error) throw answer
        return answer
      },
    }
    const said: unknown[] = []
    const log = (entry: object) => said.push((entry as Notice).message)
    mock.timers.enable({ apis: ['setInterval'] })
    const end = startMaintenance({ ...installation, storage }, { keys: createKeyRing(installation), log })
    try {
      await minutesUntil(() => said.length > 0)
      assert.deepEqual(said, ['maintenance failed; it is tried again'])
      await minutesUntil(() => limits.length >= answers.length)
      assert.deepEqual(new Set(limits), new Set([500]))
    } finally {
      mock.timers.reset()
      await end()
      await installation.storage.close()
    }
  })

  it('makes the keys that are due, all in one step', async () => {
    const installation: Installation = await openInstallation(config)
    mock.timers.enable({ apis: ['setInterval'] })
    const end = startMaintenance(installation, { keys: createKeyRing(installation), log: () => undefined })
    try {
      mock.timers.tick(minute)
      while ((await installation.store.keys.list()).length === 0) await nextTurn()
      await end()
      const keys = await installation.store.keys.list()
      assert.deepEqual(keys.map(({ algorithm }) => algorithm).toSorted(), ['ES256', 'RS256'])
    } finally {
      mock.timers.reset()
      await installation.storage.close()
    }
  })
})
