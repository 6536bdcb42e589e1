/** A configuration file, read but not yet understood: its value, and where each part of it stands. */
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml'
import { ConfigurationError, type LocatedProblem, type Path, type Position } from './problem.ts'
import { type Places, placesInScript } from './script-places.ts'

export interface Source {
  readonly file: string
  readonly value: unknown
  readonly locate: (path: Path, on: 'key' | 'value') => Position | undefined
}

const notations: Readonly<Record<string, (file: string, text: string) => Source | Promise<Source>>> = {
  '.yaml': yamlSource,
  '.yml': yamlSource,
  '.json': yamlSource,
  '.ts': scriptSource,
  '.mts': scriptSource,
}

/** Reads `file` in the notation that its name says. */
export async function readSource(file: string): Promise<Source> {
  const read = notations[extname(file)]
  if (read === undefined) throw unreadable(file, `a file named ${Object.keys(notations).join(', ')}`, 'another name')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw unreadable(file, 'a file that can be read', code === 'ENOENT' ? 'no such file' : `the error ${code}`)
  }
  return await read(file, text)
}

const unreadable = (file: string, expected: string, got: string, position?: Position) =>
  new ConfigurationError([{ file, path: [], on: 'value', expected, got, position }])

/** What the parser may report, in words that quote nothing of the file: a secret may stand at the very place. */
const yamlFaults: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'an alias (*name) whose anchor (&name) is not there; a text that starts with * needs quotes',
  BAD_INDENT: 'wrong indentation',
  BLOCK_IN_FLOW: 'indented lines within brackets',
  DUPLICATE_KEY: 'the same key twice',
  MISSING_CHAR: 'a missing bracket, comma, quote or colon',
  TAB_AS_INDENT: 'a tab as indentation',
  UNEXPECTED_TOKEN: 'something that does not belong here',
}

/** YAML, and JSON as a part of it. */
function yamlSource(file: string, text: string): Source {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const faults = document.errors.map(({ code, pos }) => ({ code: code as string, at: pos[0] }))
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) === undefined) faults.push({ code: 'BAD_ALIAS', at: alias.range?.[0] ?? 0 })
    },
  })
  if (faults.length > 0) {
    const format = file.endsWith('.json') ? 'JSON' : 'YAML'
    throw new ConfigurationError(
      faults.map(
        ({ code, at }): LocatedProblem => ({
          file,
          path: [],
          on: 'value',
          expected: `well-formed ${format}`,
          got: yamlFaults[code] ?? code.toLowerCase().replaceAll('_', ' '),
          position: positionAt(at),
        }),
      ),
    )
  }
  const locate: Source['locate'] = (path, on) => {
    const offset = offsetOf(document.contents, path, on)
    return offset === undefined ? undefined : positionAt(offset)
  }
  let value: unknown
  try {
    value = document.toJS() ?? {}
  } catch {
    throw unreadable(file, 'a document of reasonable size', 'aliases that unfold without end')
  }
  return { file, value, locate }
}

/** Where the value at `path` starts, or its key; where the path ends early, the last part that is there. */
function offsetOf(root: Node | null, path: Path, on: 'key' | 'value'): number | undefined {
  let offset = root?.range?.[0]
  let node: unknown = root
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) return offset
    let key: unknown
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      if (pair === undefined) return offset
      key = pair.key
      node = pair.value
    } else if (isSeq(node)) node = node.items[Number(part)]
    else return offset
    const wanted = on === 'key' && depth === path.length - 1 && key !== undefined ? key : (node ?? key)
    offset = startOf(wanted) ?? startOf(key) ?? offset
  }
  return offset
}

const startOf = (node: unknown): number | undefined =>
  isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined

/** TypeScript: the module is run, its text searched for where each key is written. */
async function scriptSource(file: string, text: string): Promise<Source> {
  let exported: Readonly<Record<string, unknown>>
  try {
    exported = await import(pathToFileURL(file).href)
  } catch (error) {
    // A syntax error's message quotes the text at fault, which may be a secret.
    const what = error instanceof SyntaxError ? 'a syntax error' : `an error: ${String(error)}`
    throw unreadable(file, 'a module that can be loaded', what)
  }
  const value = exported.config ?? exported.default
  if (value === undefined) {
    throw unreadable(file, '`export const config = defineConfig({ … })`', 'a module without it')
  }
  const places: Places = placesInScript(text)
  const locate: Source['locate'] = (path, on) => {
    for (let length = path.length; length >= 0; length--) {
      const place = places.get(JSON.stringify(path.slice(0, length)))
      if (place) return length === path.length ? place[on] : place.value
    }
    return undefined
  }
  return { file, value, locate }
}
