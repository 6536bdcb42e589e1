/**
 * `WWW-Authenticate` challenges: what a resource server writes and a client reads.
 *
 * @see RFC 9110 §11.6.1 (grammar), RFC 6750 §3 (Bearer), RFC 9728 §5.1 (resource_metadata)
 */
export interface Challenge {
  readonly scheme: string
  /** Names in lower case; each at most once. */
  readonly parameters: Readonly<Record<string, string>>
  /** The other form a challenge can have: one opaque value, as Negotiate uses it. */
  readonly token68?: string | undefined
}

/** Text that can stand in a quoted string and so in a header: printable ASCII (RFC 6750 §3). */
export const isQuotable = (value: string): boolean => /^[\x20-\x7e]*$/.test(value)

/** Writes one challenge; parameters that are `undefined` are left out. */
export function buildChallenge(scheme: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(parameters).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (!isQuotable(value)) throw new TypeError(`${name} holds characters that can't stand in a header`)
    return [`${name}="${value.replace(/["\\]/g, '\\$&')}"`]
  })
  return written.length === 0 ? scheme : `${scheme} ${written.join(', ')}`
}

const word = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const space = /[ \t]*/y
const comma = /[ \t]*,[ \t,]*/y
const equals = /[ \t]*=[ \t]*/y
const quoted = /"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*)"/y
const opaque = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y

/**
 * Reads every challenge of a header, of several schemes too. A header that breaks the grammar or repeats a
 * parameter within a challenge gives no challenges: half of one is nothing to act on.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string>; token68?: string }[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(header)
    if (found) at = pattern.lastIndex
    return found
  }
  const takeParameter = (): readonly [name: string, value: string] | undefined => {
    const start = at
    const name = take(word)?.[0]
    if (name !== undefined && take(equals)) {
      const value = take(quoted)?.[1]?.replace(/\\(.)/g, '$1') ?? take(word)?.[0]
      if (value !== undefined) return [name.toLowerCase(), value]
    }
    at = start
    return undefined
  }

  take(/[ \t,]*/y)
  while (at < header.length) {
    const current = challenges.at(-1)
    const parameter = current && current.token68 === undefined ? takeParameter() : undefined
    if (current && parameter) {
      const [name, value] = parameter
      if (Object.hasOwn(current.parameters, name)) return []
      current.parameters[name] = value
    } else {
      const scheme = take(word)?.[0]
      if (scheme === undefined) return []
      const challenge: (typeof challenges)[number] = { scheme, parameters: Object.create(null) }
      challenges.push(challenge)
      if (take(space)?.[0] && at < header.length && header[at] !== ',') {
        const start = at
        if (takeParameter()) {
          at = start
          continue
        }
        const token68 = take(opaque)?.[0]
        if (token68 === undefined) return []
        challenge.token68 = token68
      }
    }
    if (take(comma)) continue
    take(space)
    if (at < header.length) return []
  }
  return challenges.map(({ parameters, ...rest }) => ({ ...rest, parameters: { ...parameters } }))
}
