/** Scope values (RFC 6749 §3.3): sets of words, written with single spaces between them. */

/** Whether every word keeps to the scope-token alphabet of RFC 6749 appendix A.4. */
export const isScope = (value: string): boolean =>
  /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(value)

/** What `wanted` asks for and `had` lacks. */
export const missing = (wanted: readonly string[], had: readonly string[]): readonly string[] =>
  wanted.filter((scope) => !had.includes(scope))

export const within = (scopes: readonly string[], bounds: readonly string[]): boolean =>
  missing(scopes, bounds).length === 0

export const intersect = (a: readonly string[], b: readonly string[]): readonly string[] =>
  a.filter((scope) => b.includes(scope))

export const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])]
