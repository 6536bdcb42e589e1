/** The database falls, one of two servers falls, each is restarted in its turn: those who use them go on. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cutDatabase, killOneOfTwo, restartInTurn, type Told } from './scenarios.ts'

describe('under load', () => {
  const scenarios: readonly { readonly title: string; readonly run: () => Promise<Told> }[] = [
    {
      title: 'PostgreSQL is killed and its connections are cut: what was answered stays, and the rest is asked again',
      run: () => cutDatabase({ rounds: 1 }),
    },
    {
      title: 'one of two servers is killed: flows that went over both go on at the other',
      run: () => killOneOfTwo({ kills: 2 }),
    },
    {
      title: 'servers are restarted in turn and keys rotated: no request is refused that was in its right',
      run: () => restartInTurn({ rounds: 1 }),
    },
  ]
  for (const { title, run } of scenarios)
    it(title, async (test) => {
      const told = await run()
      assert.ok(told.answers > 50)
      test.diagnostic(JSON.stringify(told))
    })
})
