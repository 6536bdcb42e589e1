/** Each row with its status: proved by a test that ran and passed, excused, or open. */
import type { TestRun } from '../../../scripts/test-run.ts'
import { citationFinder } from './citations.ts'
import type { Row } from './rows.ts'
import { type Excuse, holds } from './statuses.ts'

export interface Proof {
  readonly file: string
  readonly title: string
}

export type Judged = Row &
  (
    | { readonly status: 'proved'; readonly proofs: readonly Proof[] }
    | { readonly status: Excuse['status']; readonly why: string }
    | { readonly status: 'open' }
  )

export function judge(rows: readonly Row[], excuses: readonly Excuse[], run: TestRun): readonly Judged[] {
  const proofs = proofsIn(rows, run)
  return rows.map((row): Judged => {
    const its = proofs.get(row.id)
    if (its !== undefined) return { ...row, status: 'proved', proofs: its }
    const excuse = excuses.find((candidate) => holds(candidate, row))
    return excuse === undefined ? { ...row, status: 'open' } : { ...row, status: excuse.status, why: excuse.why }
  })
}

function proofsIn(rows: readonly Row[], run: TestRun): ReadonlyMap<string, readonly Proof[]> {
  const citationsIn = citationFinder(rows)
  const tests = Object.entries(run).flatMap(([file, titles]) => titles.map((title) => ({ file, title })))
  const cited = tests.flatMap((proof) => [...citationsIn(proof.title)].map((id) => ({ id, proof })))
  const grouped = Map.groupBy(cited, ({ id }) => id)
  return new Map([...grouped].map(([id, found]) => [id, found.map(({ proof }) => proof)]))
}
