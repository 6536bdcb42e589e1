/** The table of the modules for relying parties is whole and true, as the one for providers is. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import { hasTest } from '../titles.ts'
import { modules } from './modules.ts'

const files = globSync('*.test.ts', { cwd: import.meta.dirname }).map((file) => basename(file, '.test.ts'))

describe('the modules of the conformance suite for relying parties', () => {
  it('are all in the table, once', () => {
    assert.equal(modules.length, 47)
    assert.equal(new Set(modules.map(({ name }) => name)).size, modules.length)
  })

  for (const { name, file } of modules)
    it(`has a test for ${name}`, () =>
      assert.ok(
        hasTest(join(import.meta.dirname, `${file}.test.ts`), name),
        `${file}.test.ts has no test of this name`,
      ))

  it('leave no file of tests that the table does not know', () => {
    assert.deepEqual(
      files.filter((file) => file !== 'modules' && !modules.some((one) => one.file === file)),
      [],
    )
  })
})
