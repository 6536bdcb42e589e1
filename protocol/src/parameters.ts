/** Reading `application/x-www-form-urlencoded` parameters (RFC 6749 §3.1, §3.2). */

/** The value of a parameter sent exactly once; absent, empty and repeated all read as `undefined`. */
export function one(params: URLSearchParams, name: string): string | undefined {
  const values = params.getAll(name)
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}

/** Space-separated list, as `scope` and `prompt` are written; each word once. */
export const list = (value: string | undefined): readonly string[] => [...new Set(value?.split(' ').filter(Boolean))]

/** The names of parameters sent more than once. `resource` may repeat (RFC 8707 §2). */
export function repeated(
  params: URLSearchParams,
  { except = ['resource'] as readonly string[] } = {},
): readonly string[] {
  const seen = new Set<string>()
  const again = new Set<string>()
  for (const name of params.keys()) (seen.has(name) ? again : seen).add(name)
  return [...again].filter((name) => !except.includes(name))
}
