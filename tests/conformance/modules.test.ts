/** The table of modules is whole and true: each of the suite's modules has its test in the file that the table names. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import { modules } from './modules.ts'
import { hasTest } from './titles.ts'

const folder = join(import.meta.dirname, 'modules')
const files = globSync('*.test.ts', { cwd: folder }).map((file) => basename(file, '.test.ts'))

describe('the modules of the conformance suite', () => {
  it('are all in the table, once', () => {
    assert.equal(modules.length, 77)
    assert.equal(new Set(modules.map(({ name }) => name)).size, modules.length)
  })

  const inPlan = (letter: string, all: typeof modules) => {
    const times = all.flatMap(({ plans }) => plans.split(' ').filter((one) => one.startsWith(letter)))
    return times.reduce((sum, one) => sum + Number(one.slice(1)), 0)
  }

  it('are as many, in all variants, as release 5.2.4 of the suite has in each plan', () => {
    const registered = { B: 38, I: 58, H: 102, C: 1, D: 127, T: 12, R: 66, S: 12, F: 12, K: 12 }
    for (const [letter, count] of Object.entries(registered)) assert.equal(inPlan(letter, modules), count, letter)
    const known = modules.filter((one) => one.registered === undefined)
    for (const [letter, count] of Object.entries({ B: 35, I: 54, H: 96 })) assert.equal(inPlan(letter, known), count)
  })

  for (const { name, file } of modules)
    it(`has a test for ${name}`, () =>
      assert.ok(hasTest(join(folder, `${file}.test.ts`), name), `modules/${file}.test.ts has no test of this name`))

  it('leave no file of tests that the table does not know', () => {
    assert.deepEqual(
      files.filter((file) => !modules.some((one) => one.file === file)),
      [],
    )
  })
})
