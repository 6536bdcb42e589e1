/** Scope values (RFC 6749 §3.3): sets of words, written with single spaces between them. */

/** Whether every word keeps to the scope-token alphabet of RFC 6749 appendix A.4. */
export const isScope = (value: string): boolean =>
  /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(value)

const words = (value: string): readonly string[] => [...new Set(value.split(' '))]

const mostTexts = 1_000
const longestText = 200
const texts = new Map<string, readonly string[]>()

/** The words of a scope, each once; `undefined` when it is not written as one. Few are sent, but these again and again. */
export function readScope(value: string): readonly string[] | undefined {
  const known = texts.get(value)
  if (known !== undefined) return known
  if (!isScope(value)) return undefined
  if (value.length > longestText) return words(value)
  // A copy: the text may be a piece of a whole message, which would be kept with it.
  const text = value.split('').join('')
  const read = words(text)
  if (texts.size >= mostTexts) texts.clear()
  texts.set(text, read)
  return read
}

/** What `wanted` asks for and `had` lacks. */
export const missing = (wanted: readonly string[], had: readonly string[]): readonly string[] =>
  wanted.filter((scope) => !had.includes(scope))

export const within = (scopes: readonly string[], bounds: readonly string[]): boolean =>
  scopes.every((scope) => bounds.includes(scope))

export const intersect = (a: readonly string[], b: readonly string[]): readonly string[] =>
  a.filter((scope) => b.includes(scope))

export const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])]
