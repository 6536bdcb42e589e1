/**
 * `npm run requirements`: writes `docs/requirements.md` from the last test run and says what is open.
 *
 * `npm run requirements -- table.json` takes the rows anew from such a table first.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTests } from '../../../scripts/test-groups.ts'
import { readTestRun } from '../../../scripts/test-run.ts'
import { judge } from './judge.ts'
import { requirementsPage } from './page.ts'
import { copyRows, readRows } from './rows.ts'
import { readExcuses } from './statuses.ts'

const root = join(import.meta.dirname, '../../..')
const [table] = process.argv.slice(2)
if (table !== undefined) copyRows(table)

const run = readTestRun(root)
if (run === undefined) {
  console.error('No test has run here yet: npm test')
  process.exit(1)
}
for (const file of findTests([])) if (!(file in run)) console.log(`not run here, and so no proof: ${file}`)
const judged = judge(readRows(), readExcuses(), run)
writeFileSync(join(root, 'docs/requirements.md'), requirementsPage(judged))

const byStatus = Map.groupBy(judged, ({ status }) => status)
for (const { id, level, text } of byStatus.get('open') ?? []) console.log(`open: ${id} ${level}: ${text}`)
for (const [status, rows] of byStatus) console.log(`${status}: ${rows.length}`)
