/**
 * What ran and passed, kept between runs in `.symbolon/test-run.json`: a run of some files replaces what was known of
 * these files and leaves the others as they were, so that a whole run can be put together from parts.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** By test file, the full titles of its tests that passed. */
export type TestRun = Readonly<Record<string, readonly string[]>>

const placeIn = (root: string) => join(root, '.symbolon/test-run.json')

/** The last known run, without files that are gone since; nothing when no test has run here. */
export function readTestRun(root: string): TestRun | undefined {
  if (!existsSync(placeIn(root))) return undefined
  const known: TestRun = JSON.parse(readFileSync(placeIn(root), 'utf8'))
  return Object.fromEntries(Object.entries(known).filter(([file]) => existsSync(join(root, file))))
}

export function recordTestRun(root: string, ran: TestRun): void {
  const whole = Object.entries({ ...readTestRun(root), ...ran }).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const place = placeIn(root)
  mkdirSync(dirname(place), { recursive: true })
  const unfinished = `${place}.${process.pid}`
  writeFileSync(unfinished, `${JSON.stringify(Object.fromEntries(whole), null, 2)}\n`)
  renameSync(unfinished, place)
}
