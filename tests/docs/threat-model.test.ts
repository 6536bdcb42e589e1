/** What `docs/threat-model.md` names is there, and names every attack that a test tries. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { files, read, root } from '../architecture/tree.ts'

const page = read('docs/threat-model.md')
const proofs = [...page.matchAll(/\]\(\.\.\/([^)#]+)\)(?: "([^"]+)")?/g)].map(([, file = '', title]) => ({
  file,
  title,
}))
const tests = files('{protocol,roles,adapters,apps,examples}/**/test/**/*.test.ts', 'tests/**/*.test.ts')

/** `1–5, 7` as numbers. */
const numbersIn = (text: string): readonly number[] =>
  [...text.matchAll(/(\d+)(?:–(\d+))?/g)].flatMap(([, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, step) => Number(first) + step),
  )

/** What stands in brackets at the end of a row's first cell. */
const named = new Set(
  page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) =>
      [...(line.split(' | ')[0] ?? '').matchAll(/\(([\d–, ]+)\)/g)].flatMap(([, text = '']) => numbersIn(text)),
    ),
)
const tried = new Set(
  tests.flatMap((file) =>
    [...read(file).matchAll(/\(attacks? ([\d, ]+)\)/g)].flatMap(([, text = '']) => numbersIn(text)),
  ),
)

describe('the threat model', () => {
  it('names tests, each by words of its title that stand in the file', () => {
    assert.ok(proofs.length > 40)
    const missing = proofs.filter(
      ({ file, title }) => !existsSync(join(root, file)) || (title !== undefined && !read(file).includes(title)),
    )
    assert.deepEqual(missing, [])
  })

  it('says of every row which rule answers and which test proves it', () => {
    const rows = page
      .split('\n')
      .filter((line) => /^\| (?!attacks|what|pair|-)/.test(line) && line.split(' | ').length === 3)
    assert.ok(rows.length > 30)
    for (const row of rows) assert.match(row, /\]\(\.\.\/.+\)/, row)
  })

  it('places every attack that a test tries', () => {
    assert.ok(tried.size > 60)
    assert.deepEqual(
      [...tried].filter((attack) => !named.has(attack)).toSorted((a, b) => a - b),
      [],
    )
  })
})
