/** What the tests say that they prove, against what there is to prove. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { citationFinder } from '../../docs/generate/requirements/citations.ts'
import { readRows } from '../../docs/generate/requirements/rows.ts'
import { holds, names, readExcuses } from '../../docs/generate/requirements/statuses.ts'
import { files, read, root } from '../architecture/tree.ts'

const rows = readRows()
const citationsIn = citationFinder(rows)
/** What is about citing, and cites what there is not. */
const about = ['tests/docs/requirements.test.ts', 'tests/commands/requirements.test.ts']
const sources = files('{protocol,roles,adapters,apps,examples}/**/test/**/*.ts', 'tests/**/*.ts').filter(
  (file) => !about.includes(file),
)
const cited = new Map(sources.map((file) => [file, citationsIn(read(file))]))
const citedSomewhere = new Set([...cited.values()].flatMap((ids) => [...ids]))

/** Each line of the document that says a row is proved, with the files of its tests. */
const proved = read('docs/requirements.md')
  .split('\n')
  .flatMap((line) => {
    const [, id] = /^\| <a id="([^"]+)"><\/a>.* \| proved<br>/.exec(line) ?? []
    const proofs = [...line.matchAll(/\]\(\.\.\/([^)]+\.ts)\)/g)].map(([, file = '']) => file)
    return id === undefined ? [] : [{ id, proofs }]
  })

/** A test may have its titles from a file beside it, as the contract of the storages is. */
const standsBeside = (file: string, id: string): boolean =>
  [...cited].some(([other, ids]) => ids.has(id) && (other === file || other.startsWith(`${dirname(file)}/`)))

describe('the rows that tests cite', () => {
  it('are found at all', () => {
    assert.ok(citedSomewhere.size > 300)
    assert.ok(proved.length > 300)
    assert.deepEqual([...citationsIn("it('… [RFC6749-4.1.2-03, OIDC-Core-2-01] [MCP-Auth-Overview-01]'")].length, 3)
  })

  it('exist', () => {
    const known = new Set(rows.map(({ id }) => id))
    const unknown = [...cited].flatMap(([file, ids]) =>
      [...ids].filter((id) => !known.has(id)).map((id) => `${file}: ${id}`),
    )
    assert.deepEqual(unknown, [])
  })

  it('are not among those that statuses.json calls not built or not applicable by name', () => {
    const excused = readExcuses()
    assert.deepEqual(
      rows.filter((row) => citedSomewhere.has(row.id) && excused.some((one) => names(one, row))).map(({ id }) => id),
      [],
    )
  })
})

describe('docs/requirements.md (npm run requirements)', () => {
  it('has a line for each row', () => {
    const page = read('docs/requirements.md')
    assert.deepEqual(
      rows.filter(({ id }) => !page.includes(`<a id="${id}"></a>`)).map(({ id }) => id),
      [],
    )
  })

  it('calls no row proved by a test that is gone, or that does not cite it any more', () => {
    const stale = proved.flatMap(({ id, proofs }) =>
      proofs.filter((file) => !existsSync(join(root, file)) || !standsBeside(file, id)).map((file) => `${id}: ${file}`),
    )
    assert.deepEqual(stale, [])
  })
})

describe('docs/requirements/statuses.json', () => {
  for (const excuse of readExcuses()) {
    it(`holds rows by each of its patterns: ${excuse.why}`, () => {
      const { rows: patterns = [], specs = [], topics = [] } = excuse
      const each = [
        ...patterns.map((one) => ({ rows: [one] })),
        ...specs.map((one) => ({ specs: [one] })),
        ...topics.map((one) => ({ topics: [one] })),
      ]
      const idle = each.filter(
        (one) => !rows.some((row) => holds({ ...excuse, rows: [], specs: [], topics: [], ...one }, row)),
      )
      assert.deepEqual(idle, [])
    })
  }
})
