/**
 * The server is killed in the middle of its work and started again: what it had answered is still true, nothing that
 * works once works twice, and whoever heard nothing asks again and gets what is theirs.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { killOften } from './scenarios.ts'

describe('a server that is killed', () => {
  for (const kind of ['SQLite', 'PostgreSQL'] as const)
    it(`keeps every promise it made and makes none twice, on ${kind} (attacks 33, 34, 40)`, async (test) => {
      const told = await killOften(kind, { kills: 2 })
      assert.ok(told.answers >= 30)
      test.diagnostic(JSON.stringify(told))
    })
})
