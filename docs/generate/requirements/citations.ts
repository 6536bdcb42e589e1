/** The row ids that a title or a source file cites: `[RFC6749-4.1.2-03]`, several of them separated by commas. */
import type { Row } from './rows.ts'

/** An id begins as one of the specifications does, digits aside, so that a misspelt number is found too. */
export function citationFinder(rows: readonly Row[]): (text: string) => ReadonlySet<string> {
  const starts = new Set(rows.map(({ spec }) => spec.replaceAll('.', '\\.').replaceAll(/\d+/g, '\\d+')))
  const id = new RegExp(`(?<![\\w.-])(?:${[...starts].join('|')})(?:-[A-Za-z0-9_.]+)*-\\d\\d(?![\\w.-])`, 'g')
  return (text) => new Set(text.match(id))
}
