/**
 * What a run of the tests says: a line for each file, or for each test when few were asked for, and every failure
 * in full. A test that is skipped or left to do counts as a failure, and so does a file without tests.
 */
import type { EventData } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import { inspect, stripVTControlCharacters } from 'node:util'

export interface Totals {
  readonly tests: number
  readonly suites: number
  readonly pass: number
  readonly fail: number
  readonly cancelled: number
  readonly skipped: number
  readonly todo: number
}

export const nothing: Totals = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 }

export const add = (one: Totals, other: Totals): Totals => ({
  tests: one.tests + other.tests,
  suites: one.suites + other.suites,
  pass: one.pass + other.pass,
  fail: one.fail + other.fail,
  cancelled: one.cancelled + other.cancelled,
  skipped: one.skipped + other.skipped,
  todo: one.todo + other.todo,
})

function totalsOf({ counts }: EventData.TestSummary): Totals {
  const { tests, suites, passed, cancelled, skipped, todo } = counts
  return { tests, suites, pass: passed, fail: tests - passed - cancelled - skipped - todo, cancelled, skipped, todo }
}

interface FileNotes {
  readonly titles: Map<number, string>
  readonly failures: string[]
  readonly lines: string[]
  output: string
  tests: number
}

type Ended = EventData.TestPass | EventData.TestFail

const indent = (text: string, by: string) => text.replaceAll(/^(?=.)/gm, by)

/** The error that a test threw, without the runner's wrapping of it and the runner's own places in the stack. */
function explain({ error }: EventData.TestFail['details']): string {
  const thrown = error.cause ?? error
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : inspect(thrown)
  const { stack = String(thrown), cause } = thrown
  const told = stack.replaceAll(/^ {4}at .*\bnode:(internal|async_hooks).*\n?/gm, '').trimEnd()
  return cause === undefined ? told : `${told}\ncaused by ${inspect(cause)}`
}

export interface Report {
  readonly take: (event: TestEvent) => void
  /** After the last event: whatever has begun and was never reported to its end has failed. */
  readonly end: () => void
  /** What made the run fail, a line for each. */
  readonly problems: readonly string[]
  /** By file, the full titles of the tests that passed. */
  readonly passed: ReadonlyMap<string, readonly string[]>
  readonly totals: () => Totals
}

interface ReportOptions {
  readonly root: string
  readonly showsTests: boolean
  readonly write: (line: string) => void
}

export function createReport({ root, showsTests, write }: ReportOptions): Report {
  const problems: string[] = []
  const files = new Map<string, FileNotes>()
  const passed = new Map<string, string[]>()
  let totals = nothing

  const short = (file: string) => file.replace(`${root}/`, '')
  const notesOf = (file: string): FileNotes => {
    const known = files.get(file)
    if (known !== undefined) return known
    const fresh: FileNotes = { titles: new Map(), failures: [], lines: [], output: '', tests: 0 }
    files.set(file, fresh)
    return fresh
  }

  const passedIn = (file: string) => passed.getOrInsert(short(file), [])

  const take = (event: TestEvent) => {
    if (event.type === 'test:start') {
      const { testId, parentId, name } = event.data
      const { titles } = notesOf(entryOf(event.data))
      const parent = parentId === undefined ? undefined : titles.get(parentId)
      titles.set(testId, parent === undefined ? name : `${parent} › ${name}`)
    } else if (event.type === 'test:pass' || event.type === 'test:fail') {
      note(event.data, event.type === 'test:fail' ? event.data : undefined)
    } else if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      notesOf(event.data.file).output += event.data.message
    } else if (event.type === 'test:summary' && event.data.file === undefined) {
      totals = totalsOf(event.data)
    } else if (event.type === 'test:summary' && event.data.file !== undefined) {
      finish(event.data.file, event.data.duration_ms)
    }
  }

  const note = (data: Ended, failure: EventData.TestFail | undefined) => {
    const file = entryOf(data)
    const notes = notesOf(file)
    const isWholeFile = data.name === file
    const title = isWholeFile ? 'the file itself' : (notes.titles.get(data.testId) ?? data.name)
    if (!isWholeFile && data.details.type !== 'suite') notes.tests += 1
    if (isSet(data.skip) || isSet(data.todo)) notes.failures.push(`${title}\n  is skipped or left to do`)
    else if (failure !== undefined && !hasOnlyFailedParts(failure)) {
      notes.failures.push(`${title}\n${indent(explain(failure.details), '  ')}`)
    } else if (isWholeFile && notes.tests === 0) notes.failures.push(`${title}\n  holds no test`)
    else if (failure === undefined && !isWholeFile && data.details.type !== 'suite') passedIn(file).push(title)
    const sign = failure === undefined ? '✔' : '✖'
    notes.lines.push(`  ${sign} ${title} (${Math.round(data.details.duration_ms)} ms)`)
    if (isWholeFile) finish(file, data.details.duration_ms)
  }

  const finish = (file: string, duration: number) => {
    const notes = notesOf(file)
    const sign = notes.failures.length === 0 ? '✔' : '✖'
    write(`${sign} ${short(file)}  ${notes.tests} tests, ${Math.round(duration)} ms`)
    if (showsTests) for (const line of notes.lines) write(line)
    for (const failure of notes.failures) {
      write(indent(`\n✖ ${failure}\n`, '  '))
      problems.push(`${short(file)}: ${failure.split('\n')[0]}`)
    }
    if (notes.output !== '' && (showsTests || notes.failures.length > 0)) {
      write(indent(`its output:\n${stripVTControlCharacters(notes.output).trimEnd()}`, '  │ '))
    }
    files.delete(file)
  }

  const end = () => {
    for (const [file, notes] of files) {
      notes.failures.push('the file itself\n  ended before it had reported all its tests')
      finish(file, 0)
    }
  }

  return { take, end, problems, passed, totals: () => totals }
}

const isSet = (mark: string | boolean | undefined) => mark !== undefined && mark !== false
const entryOf = (data: EventData.LocationInfo) => data.entryFile ?? data.file ?? ''

/** Whether a suite failed only because a test in it did, which has been said already. */
const hasOnlyFailedParts = ({ details }: EventData.TestFail) =>
  'failureType' in details.error && details.error.failureType === 'subtestsFailed'
