/** `docs/requirements.md`: the counts, what is open, then a table for each specification. */
import type { Judged, Proof } from './judge.ts'
import { specifications } from './specifications.ts'

const statuses = ['proved', 'not yet built', 'not planned', 'does not apply', 'open'] as const

/** So many tests are named for a row; the rest are counted. */
const named = 3

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')

/** The title without the ids at its end, which the table shows anyway. */
const bare = (title: string): string => title.replaceAll(/ *\[[^\]]*-\d\d\]/g, '')

const shown = ({ file, title }: Proof): string => `[${file.split('/').at(-1)}](../${file}): ${cell(bare(title))}`

function told(row: Judged): string {
  if (row.status === 'open') return '**open**'
  if (row.status !== 'proved') return `${row.status}: ${cell(row.why)}`
  const rest = row.proofs.length - named
  const lines = row.proofs.slice(0, named).map(shown)
  return `proved<br>${[...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('<br>')}`
}

function table(rows: readonly Judged[]): string {
  const lines = rows.map(
    (row) => `| <a id="${row.id}"></a>${row.id} | ${row.level} | ${row.role} | ${cell(row.text)} | ${told(row)} |`,
  )
  return ['| row | level | role | what is asked | status |', '|---|---|---|---|---|', ...lines].join('\n')
}

const about = (spec: string): string =>
  specifications[spec] ?? `[RFC ${spec.slice(3)}](https://www.rfc-editor.org/rfc/rfc${spec.slice(3)})`

const counts = (rows: readonly Judged[]): string =>
  statuses.map((status) => rows.filter((row) => row.status === status).length || '').join(' | ')

export function requirementsPage(rows: readonly Judged[]): string {
  const bySpec = [...Map.groupBy(rows, ({ spec }) => spec)]
  const open = rows.filter(({ status }) => status === 'open')
  const summary = bySpec.map(
    ([spec, its]) => `| [${spec}](#${spec.toLowerCase().replaceAll('.', '')}) | ${counts(its)} |`,
  )
  const sections = bySpec.map(([spec, its]) => `## ${spec}\n\n${about(spec)}\n\n${table(its)}\n`)
  return `# Requirements, row by row

What the specifications demand, in our own words, and the test that shows that it is done. A row is proved when a test
whose title carries its id ran and passed; what a row says in full stands in the section that its id names.

Written by \`npm run requirements\` from the last \`npm test\`. What is not proved is explained in
[requirements/statuses.json](requirements/statuses.json).

| specification | ${statuses.join(' | ')} |
|---|${statuses.map(() => '--:|').join('')}
${summary.join('\n')}
| **${rows.length} rows** | ${counts(rows)} |

## Open rows

${open.length === 0 ? 'None.' : table(open)}

${sections.join('\n')}`
}
