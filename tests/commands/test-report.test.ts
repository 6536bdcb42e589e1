/** What `npm test` believes: no test that was skipped, left to do, or never there. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import { createReport } from '../../scripts/test-report.ts'

const file = '/checkout/roles/client/test/one.test.ts'
const about = { nesting: 0, file, entryFile: file, tags: [], testNumber: 1, parentId: undefined }
const details = { duration_ms: 3, type: 'test' } as const
const counts = { tests: 1, suites: 0, passed: 1, cancelled: 0, skipped: 0, todo: 0, topLevel: 1 }

const start = (name: string, testId = 1): TestEvent => ({ type: 'test:start', data: { ...about, name, testId } })
const pass = (name: string, mark: object = {}): TestEvent => ({
  type: 'test:pass',
  data: { ...about, name, testId: 1, details, ...mark },
})
const fail = (name: string, cause: unknown, failureType: string): TestEvent => ({
  type: 'test:fail',
  data: {
    ...about,
    name,
    testId: 1,
    details: { ...details, error: Object.assign(new Error('it'), { cause, failureType }) },
  },
})
const end: TestEvent = { type: 'test:summary', data: { counts, duration_ms: 5, file, success: true } }

function reportOf(...events: readonly TestEvent[]) {
  const lines: string[] = []
  const report = createReport({ root: '/checkout', showsTests: false, write: (line) => lines.push(line) })
  for (const event of events) report.take(event)
  report.end()
  return { problems: report.problems, passed: Object.fromEntries(report.passed), said: lines.join('\n') }
}

describe('the report of a run', () => {
  it('is content with tests that pass', () => {
    const { problems, said } = reportOf(start('adds'), pass('adds'), end)
    assert.deepEqual(problems, [])
    assert.equal(said, '✔ roles/client/test/one.test.ts  1 tests, 5 ms')
  })

  for (const [name, value] of ['skip', 'todo'].flatMap((name) => [true, 'no database'].map((value) => [name, value]))) {
    const mark = { [String(name)]: value }
    it(`takes a test marked ${JSON.stringify(mark)} for a failure`, () => {
      assert.deepEqual(reportOf(start('adds'), pass('adds', mark), end).problems, [
        'roles/client/test/one.test.ts: adds',
      ])
    })
  }

  it('takes a file without tests for a failure', () => {
    assert.deepEqual(reportOf(start(file), pass(file)).problems, ['roles/client/test/one.test.ts: the file itself'])
  })

  it('takes a file that ended in the middle for a failure', () => {
    assert.deepEqual(reportOf(start('adds'), pass('adds'), start('subtracts')).problems, [
      'roles/client/test/one.test.ts: the file itself',
    ])
  })

  it('shows what was thrown and what the file printed', () => {
    const printed: TestEvent = { type: 'test:stdout', data: { file, message: 'four is five\n' } }
    const failure = fail('adds', new TypeError('not a number'), 'testCodeFailure')
    const { problems, said } = reportOf(start('adds'), printed, failure, end)
    assert.deepEqual(problems, ['roles/client/test/one.test.ts: adds'])
    assert.match(said, /TypeError: not a number/)
    assert.match(said, /four is five/)
  })

  it('keeps the full title of what passed, and of nothing else', () => {
    const inner: TestEvent = { type: 'test:start', data: { ...about, name: 'adds', testId: 2, parentId: 1 } }
    const passed = pass('adds')
    if (passed.type === 'test:pass') passed.data.testId = 2
    const kept = { 'roles/client/test/one.test.ts': ['sums › adds'] }
    assert.deepEqual(reportOf(start('sums'), inner, passed, end).passed, kept)
    assert.deepEqual(reportOf(start('adds'), fail('adds', 'x', 'testCodeFailure'), end).passed, {})
    assert.deepEqual(reportOf(start('adds'), pass('adds', Object.fromEntries([['skip', true]])), end).passed, {})
  })

  it('blames the test and not the suite around it', () => {
    const inner: TestEvent = { type: 'test:start', data: { ...about, name: 'adds', testId: 2, parentId: 1 } }
    const failed = fail('adds', 'wrong', 'testCodeFailure')
    if (failed.type === 'test:fail') failed.data.testId = 2
    const { problems } = reportOf(start('sums'), inner, failed, fail('sums', 'x', 'subtestsFailed'), end)
    assert.deepEqual(problems, ['roles/client/test/one.test.ts: sums › adds'])
  })
})
