/** The table of modules is whole and true: each of the suite's modules has its test in the file that the table names. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import { modules } from './modules.ts'

const folder = join(import.meta.dirname, 'modules')
const files = globSync('*.test.ts', { cwd: folder }).map((file) => basename(file, '.test.ts'))

/** A title is written whole, or a template whose holes are filled from a list in the same file. */
function tests(file: string, name: string): boolean {
  const source = readFileSync(join(folder, `${file}.test.ts`), 'utf8')
  const names = (part: string) => new RegExp(`['"\`]${part}(?=['"\` ])`).test(source)
  if (names(name)) return true
  return [...source.matchAll(/`(oidcc-[\w-]*)\$\{/g)].some(
    ([, prefix = '']) => name.startsWith(prefix) && names(name.slice(prefix.length)),
  )
}

describe('the modules of the conformance suite', () => {
  it('are all in the table, once', () => {
    assert.equal(modules.length, 77)
    assert.equal(new Set(modules.map(({ name }) => name)).size, modules.length)
  })

  for (const { name, file } of modules)
    it(`has a test for ${name}`, () => assert.ok(tests(file, name), `modules/${file}.test.ts has no test of this name`))

  it('leave no file of tests that the table does not know', () => {
    assert.deepEqual(
      files.filter((file) => !modules.some((one) => one.file === file)),
      [],
    )
  })
})
