/** What decides is pure: no clock, no randomness, no environment, no outside; and no file outgrows a reader. */
import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { describe, it } from 'node:test'
import { fileOf, steps } from '../../protocol/src/flow.ts'
import { codeOf, files, importsOf, read } from './tree.ts'

const impure = [
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bperformance\.now\(/,
  /\bMath\.random\(/,
  /\brandom(Bytes|UUID|Int|FillSync)\(/,
  /\bgetRandomValues\(/,
  /\bfetch\(/,
  /\bprocess\.(env|argv|hrtime)\b/,
  /\bset(Timeout|Interval|Immediate)\(/,
  /\bconsole\./,
]

/** Parts of Node that compute and reach nothing outside. */
const harmless = ['node:crypto', 'node:buffer', 'node:util', 'node:zlib']

const pure = files(
  'protocol/src/**/*.ts',
  'roles/authorization-server/src/flow/**/*.ts',
  'roles/authorization-server/src/grants/**/*.ts',
  'roles/resource-server/src/flow/**/*.ts',
)

/** The files of the steps in which something is signed, which takes its time. */
const minting = steps.filter(({ parts }) => Object.values(parts).includes('mints')).map(fileOf)

/** Where nothing even waits: all of it is rules. */
const immediate = pure.filter((file) => !file.includes('/grants/') && !minting.includes(basename(file)))

/** Tables: as long as what they list. */
const tables = ['protocol/src/refusals.ts', 'roles/resource-owner/src/words/']
const longest = 400

describe('what decides is pure', () => {
  it('finds the files it is about', () => {
    for (const folder of ['protocol', 'authorization-server/src/flow', 'grants', 'resource-server/src/flow']) {
      assert.ok(pure.some((file) => file.includes(folder)))
    }
  })

  for (const file of pure) {
    it(`reads no clock, chance, environment or network in ${file}`, () => {
      const code = codeOf(file)
      assert.deepEqual(
        impure.filter((pattern) => pattern.test(code)),
        [],
      )
      const outside = importsOf(file).filter((name) => name.startsWith('node:') && !harmless.includes(name))
      assert.deepEqual(outside, [])
    })
  }

  for (const file of immediate) {
    it(`awaits nothing in ${file}`, () => {
      assert.ok(!/\b(await|async)\b/.test(codeOf(file)))
    })
  }
})

it(`keeps every file under ${longest} lines, tables aside`, () => {
  const long = files('{protocol,roles,adapters,apps,examples,scripts}/**/*.{ts,mjs}')
    .filter((file) => file.includes('/src/') || file.startsWith('scripts/'))
    .filter((file) => !tables.some((table) => file.startsWith(table)))
    .filter((file) => read(file).split('\n').length > longest)
  assert.deepEqual(long, [])
})
