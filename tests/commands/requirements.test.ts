/** `npm run requirements` believes nothing but a test that ran and passed. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { citationFinder } from '../../docs/generate/requirements/citations.ts'
import { judge } from '../../docs/generate/requirements/judge.ts'
import { requirementsPage } from '../../docs/generate/requirements/page.ts'
import type { Row } from '../../docs/generate/requirements/rows.ts'
import { readTestRun, recordTestRun } from '../../scripts/test-run.ts'

const row = (id: string, topic = 'code'): Row => ({
  id,
  spec: id.split('-')[0] ?? '',
  section: '1',
  role: 'AS',
  level: 'MUST',
  topic,
  text: `what ${id} asks`,
})

describe('a row', () => {
  const rows = [row('RFC1-1-01'), row('RFC1-1-02', 'device'), row('RFC1-2-01'), row('RFC2-1-01')]
  const excuses = [
    { status: 'not yet built', why: 'later', topics: ['device'], rows: ['RFC1-1-0*'] },
    { status: 'does not apply', why: 'of no use', specs: ['RFC1'] },
  ] as const
  const run = {
    'tests/a.test.ts': ['suite › does it (RFC 1 §1) [RFC1-1-01]', 'does not cite RFC1-2-011 or xRFC2-1-01'],
  }
  const statuses = () => judge(rows, excuses, run).map((one) => ('why' in one ? one.why : one.status))

  it('is proved by a title that passed, else excused by the first entry that holds it, else open', () =>
    assert.deepEqual(statuses(), ['proved', 'later', 'of no use', 'open']))

  it('is not proved by a file that ran and passed nothing', () =>
    assert.equal(judge(rows, [], { 'tests/a.test.ts': [] }).filter(({ status }) => status === 'proved').length, 0))

  it('stands on the page with its test, and at the top while it is open', () => {
    const page = requirementsPage(judge(rows, excuses, run))
    assert.match(
      page,
      /RFC1-1-01 \| MUST .* \| proved<br>\[a\.test\.ts\]\(\.\.\/tests\/a\.test\.ts\): suite › does it \(RFC 1 §1\) \|/,
    )
    const [, open = ''] = /## Open rows\n([\s\S]*?)\n## /.exec(page) ?? []
    assert.match(open, /RFC2-1-01/)
    assert.doesNotMatch(open, /RFC1-/)
  })
})

describe('an id in a title', () => {
  it('is found alone, in a list, and with a number that no specification has', () => {
    const citationsIn = citationFinder([row('RFC6749-1-01'), { ...row('x'), spec: 'OIDC-Core' }])
    assert.deepEqual(
      [...citationsIn('[RFC6749-4.1.2-03, OIDC-Core-2-01] and [RFC6479-1-01], not RFC 6749 §4.1 or OIDC-Core-2-1')],
      ['RFC6749-4.1.2-03', 'OIDC-Core-2-01', 'RFC6479-1-01'],
    )
  })
})

describe('the run that is kept', () => {
  it('is put together from parts: a file that ran again counts anew, and one that is gone not at all', () => {
    const root = mkdtempSync(join(tmpdir(), 'symbolon-run-'))
    for (const name of ['a', 'b', 'c']) writeFileSync(join(root, `${name}.test.ts`), '')
    assert.equal(readTestRun(root), undefined)
    recordTestRun(root, { 'a.test.ts': ['one', 'two'], 'b.test.ts': ['three'], 'c.test.ts': ['four'] })
    recordTestRun(root, { 'b.test.ts': [], 'a.test.ts': ['one'] })
    rmSync(join(root, 'c.test.ts'))
    assert.deepEqual(readTestRun(root), { 'a.test.ts': ['one'], 'b.test.ts': [] })
    rmSync(root, { recursive: true })
  })
})
