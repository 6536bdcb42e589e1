/**
 * Finds where the keys of the configuration literal stand in a TypeScript file, so that its problems carry line and
 * column as those of YAML do. It reads literals only: what is computed is found at the nearest key that is written.
 */
import type { Position } from './problem.ts'

/** By the path as JSON. */
export type Places = ReadonlyMap<string, { readonly key: Position; readonly value: Position }>

const tokens =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\s+|'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|`(?:\\[\s\S]|[^`\\])*`|[\w$]+|\.\.\.|[\s\S]/g
const starts = /\bdefineConfig\s*(?:<[^>]*>)?\(\s*(?=\{)|\bexport\s+default\s*(?=\{)|\bconfig\b[^=;{]*=\s*(?=\{)/

interface Token {
  readonly text: string
  readonly at: number
}

export function placesInScript(source: string): Places {
  const start = starts.exec(source)
  const places = new Map<string, { key: Position; value: Position }>()
  if (start === null) return places
  const all = tokenize(source, start.index + start[0].length)
  let next = 0
  const peek = (ahead = 0) => all[next + ahead]
  const positionOf = (token: Token | undefined): Position => {
    const before = source.slice(0, token?.at ?? source.length)
    return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') }
  }

  /** Passes over an expression, up to the comma or bracket that ends it. */
  const skip = () => {
    for (let depth = 0; next < all.length; next++) {
      const text = peek()?.text ?? ''
      if (depth === 0 && [',', '}', ']', ')'].includes(text)) return
      if (['(', '[', '{'].includes(text)) depth++
      if ([')', ']', '}'].includes(text)) depth--
    }
  }

  const value = (path: readonly (string | number)[], key: Token | undefined) => {
    places.set(JSON.stringify(path), { key: positionOf(key ?? peek()), value: positionOf(peek()) })
    if (peek()?.text === '{') object(path)
    else if (peek()?.text === '[') list(path)
    skip()
  }

  const object = (path: readonly (string | number)[]) => {
    for (next++; next < all.length && peek()?.text !== '}'; ) {
      const key = peek()
      const name = key === undefined ? undefined : nameOf(key.text)
      if (key !== undefined && name !== undefined && peek(1)?.text === ':') {
        next += 2
        value([...path, name], key)
      } else skip()
      if (peek()?.text === ',') next++
    }
    next++
  }

  const list = (path: readonly (string | number)[]) => {
    next++
    for (let index = 0; next < all.length && peek()?.text !== ']'; index++) {
      value([...path, index], undefined)
      if (peek()?.text === ',') next++
    }
    next++
  }

  value([], undefined)
  return places
}

const tokenize = (source: string, from: number): readonly Token[] =>
  [...source.slice(from).matchAll(tokens)]
    .map((match) => ({ text: match[0], at: from + match.index }))
    .filter(({ text }) => !/^(\s|\/[/*])/.test(text))

function nameOf(token: string): string | undefined {
  if (/^[\w$]+$/.test(token)) return token
  return /^['"]/.test(token) ? token.slice(1, -1).replace(/\\(.)/g, '$1') : undefined
}
