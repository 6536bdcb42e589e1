/** What is wrong with a configuration: where it stands, what was expected, what came. Never a secret's value. */

/** Keys and indexes from the top of the file: `['clients', 'web', 'redirect_uris', 0]`. */
export type Path = readonly (string | number)[]

export interface Problem {
  readonly path: Path
  /** Whether the key itself is wrong or what stands behind it. */
  readonly on: 'key' | 'value'
  readonly expected: string
  readonly got: string
  readonly hint?: string | undefined
}

export interface Position {
  readonly line: number
  readonly column: number
}

export interface LocatedProblem extends Problem {
  readonly file: string
  readonly position: Position | undefined
}

/** The configuration can't be used: all its problems at once, one line for each. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly problems: readonly LocatedProblem[]

  constructor(problems: readonly LocatedProblem[]) {
    super(problems.map(written).join('\n'))
    this.problems = problems
  }
}

/** `symbolon.yaml:14:21  clients.web.redirect_uris[0]: expected …, got …`. */
function written({ file, position, path, expected, got, hint }: LocatedProblem): string {
  const place = position === undefined ? file : `${file}:${position.line}:${position.column}`
  const key = path.length === 0 ? '' : `${writtenPath(path)}: `
  return `${place}  ${key}expected ${expected}, got ${got}${hint === undefined ? '' : `; ${hint}`}`
}

export const writtenPath = (path: Path): string =>
  path
    .map((part, at) => {
      if (typeof part === 'number') return `[${part}]`
      if (!/^[\w#-]+$/.test(part)) return `["${part}"]`
      return at === 0 ? part : `.${part}`
    })
    .join('')

/** A value as a message may show it; for values that are no secrets. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'string') return value === '' ? 'an empty text' : JSON.stringify(shortened(masked(value)))
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`
}

/** What kind of value came, for values that nobody may read. */
export const shownKind = (value: unknown): string =>
  typeof value === 'string'
    ? value === ''
      ? 'an empty text'
      : 'a text'
    : value === null || value === undefined
      ? 'nothing'
      : Array.isArray(value)
        ? 'a list'
        : `a ${typeof value === 'object' ? 'map' : typeof value}`

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text)

/** Addresses may carry a password before the host. */
const masked = (text: string) => text.replace(/\/\/[^/?#@\s]*@/g, '//…@')
