/**
 * `npm test`: the types, the lint, then every test, with a real PostgreSQL and a real browser beside them.
 *
 * `npm test -- grants oauth-client` runs only the test files whose path contains one of these words.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { run } from 'node:test'
import { startPostgres } from '../tests/support/postgres.ts'
import { installChromium } from './install-chromium.ts'
import { findTests, type PlannedGroup, planGroups } from './test-groups.ts'
import { add, createReport, nothing, type Totals } from './test-report.ts'
import { recordTestRun } from './test-run.ts'

const root = join(import.meta.dirname, '..')
const words = process.argv.slice(2)
const begin = Date.now()
const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`
const interruption = new AbortController()

function fail(sentence: string): never {
  console.error(`\n✖ ${sentence}`)
  process.exit(1)
}

/** Runs a tool of this checkout; a complaint of it ends the whole run. */
async function check(name: string, tool: string, parameters: readonly string[]): Promise<void> {
  const since = Date.now()
  const child = spawn(process.execPath, [join(root, 'node_modules/.bin', tool), ...parameters], {
    cwd: root,
    stdio: 'inherit',
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) fail(`${name} failed after ${seconds(since)}; no test was run.`)
  console.log(`✔ ${name}, ${seconds(since)}`)
}

async function runGroup(group: PlannedGroup): Promise<{ totals: Totals; problems: readonly string[] }> {
  const since = Date.now()
  console.log(`\n${group.name}: ${group.files.length} files`)
  process.env.SYMBOLON_TEST_FILE_LIMIT = String(group.fileLimit)
  const report = createReport({ root, showsTests: words.length > 0, write: console.log })
  const events = run({
    cwd: root,
    files: group.files.map((file) => join(root, file)),
    concurrency: group.concurrency,
    timeout: group.testLimit,
    execArgv: ['--import', import.meta.resolve('../tests/support/watchdog.ts')],
    signal: interruption.signal,
  })
  for await (const event of events) report.take(event)
  report.end()
  recordTestRun(root, {
    ...Object.fromEntries(group.files.map((file) => [file, []])),
    ...Object.fromEntries(report.passed),
  })
  const totals = report.totals()
  const sign = report.problems.length === 0 ? '✔' : '✖'
  console.log(`${sign} ${group.name}: ${totals.tests} tests in ${group.files.length} files, ${seconds(since)}`)
  return { totals, problems: report.problems }
}

async function runTests(plan: readonly PlannedGroup[]): Promise<void> {
  await using postgres = await startPostgres({ fsync: false })
  process.env.SYMBOLON_TEST_POSTGRES = postgres.url().replace(/\/postgres$/, '')
  let totals = nothing
  const problems: string[] = []
  for (const group of plan) {
    const outcome = await runGroup(group)
    totals = add(totals, outcome.totals)
    problems.push(...outcome.problems)
    if (interruption.signal.aborted) break
  }
  console.log('')
  for (const problem of problems) console.log(`✖ ${problem}`)
  for (const [name, count] of Object.entries(totals)) console.log(`ℹ ${name} ${count}`)
  console.log(`ℹ duration_ms ${Date.now() - begin}`)
  const isGreen = problems.length === 0 && totals.fail + totals.cancelled + totals.skipped + totals.todo === 0
  process.exitCode = isGreen && !interruption.signal.aborted ? 0 : 1
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    console.error(`\n${signal}: ending the tests.`)
    interruption.abort()
  })
}

const plan = planGroups(findTests(words))
if (plan.length === 0) fail(`No test file's path contains ${words.join(' or ')}.`)
if (words.length === 0) {
  await check('types', 'tsc', ['--noEmit'])
  await check('lint', 'biome', ['check', '--error-on-warnings', '.'])
}
const complaint = plan.some(({ name }) => name === 'browser') ? installChromium() : undefined
if (complaint !== undefined) fail(complaint)
await runTests(plan)
