/** Every file says in its first lines what room it is. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { files, read } from './tree.ts'

const firstComment = /^(?:#!.*\n)?\/\*\*[\s*]*[A-Z`"'‘“0-9@].{10,}/

it('begins every file that is not itself a test with a doc comment', () => {
  const sources = files(
    '{protocol,roles,adapters,apps,examples}/**/src/**/*.ts',
    '{tests,scripts,bench}/**/*.{ts,mjs}',
    '{protocol,roles,adapters,apps,examples}/**/test/**/*.ts',
  ).filter((file) => !file.endsWith('.test.ts'))
  assert.ok(sources.length > 100)
  assert.deepEqual(
    sources.filter((file) => !firstComment.test(read(file))),
    [],
  )
})
