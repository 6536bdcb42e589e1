/**
 * The shapes that a registered value can have, as data: what reads a configuration and what reads a registration
 * request both know how to check them, and to say what they expected.
 */
export interface TextRule {
  readonly broken: (value: string) => boolean
  readonly expected: string
  readonly hint?: (value: string) => string | undefined
}

export interface TextShape {
  readonly is: 'text'
  readonly what: string
  readonly rules: readonly TextRule[]
  readonly format: 'uri' | undefined
}

export interface ChoiceShape<C extends string> {
  readonly is: 'choice'
  readonly of: readonly C[]
}

export interface FlagShape {
  readonly is: 'flag'
}

export interface WholeShape {
  readonly is: 'whole'
  readonly least: number
  readonly most: number
}

export interface ListShape<S> {
  readonly is: 'list'
  readonly of: S
  readonly least: number
}

/** A JWK Set of public keys (RFC 7517 §5). */
export interface KeysShape {
  readonly is: 'keys'
}

export type Simple = TextShape | ChoiceShape<string> | FlagShape | WholeShape | KeysShape

export type Shape = Simple | ListShape<Simple>

export interface KeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** What a value of a shape is once it was checked. */
export type ValueOf<S> = S extends { readonly is: 'list'; readonly of: infer I }
  ? readonly ValueOf<I>[]
  : S extends ChoiceShape<infer C>
    ? C
    : S extends TextShape
      ? string
      : S extends FlagShape
        ? boolean
        : S extends WholeShape
          ? number
          : KeySet

export const text = (what: string, rules: readonly TextRule[] = [], format?: 'uri'): TextShape => ({
  is: 'text',
  what,
  rules,
  format,
})

export const choice = <const C extends string>(of: readonly C[]): ChoiceShape<C> => ({ is: 'choice', of })

export const flag: FlagShape = { is: 'flag' }

export const whole = (least: number, most: number): WholeShape => ({ is: 'whole', least, most })

export const listOf = <const S extends Simple>(of: S, least = 0): ListShape<S> => ({ is: 'list', of, least })

export const keys: KeysShape = { is: 'keys' }

/** What only a private or a symmetric key has (RFC 7518 §6). */
export const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

export const keyTypes: readonly string[] = ['EC', 'RSA', 'OKP']

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPublicKey = (key: unknown): boolean =>
  isMap(key) && keyTypes.includes(String(key.kty)) && !privateMembers.some((member) => Object.hasOwn(key, member))

/** What should have been there, when it is not; never what came, for that is a stranger's. */
export function misfit(shape: Shape, value: unknown): string | undefined {
  switch (shape.is) {
    case 'text': {
      // No database holds every text alike.
      const readable = typeof value === 'string' && value !== '' && value.isWellFormed() && !value.includes('\0')
      return readable ? shape.rules.find(({ broken }) => broken(value))?.expected : shape.what
    }
    case 'choice':
      return shape.of.some((one) => one === value) ? undefined : `one of ${shape.of.join(', ')}`
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'true or false'
    case 'whole': {
      const fits = Number.isInteger(value) && Number(value) >= shape.least && Number(value) <= shape.most
      return fits ? undefined : `a whole number from ${shape.least} to ${shape.most}`
    }
    case 'keys': {
      const all = isMap(value) && Array.isArray(value.keys) ? value.keys : []
      return all.length > 0 && all.every(isPublicKey) ? undefined : 'a set of public keys as JWK'
    }
    case 'list': {
      if (!Array.isArray(value)) return 'a list'
      if (value.length < shape.least) return `a list with at least ${shape.least}`
      return value.map((item) => misfit(shape.of, item)).find((expected) => expected !== undefined)
    }
  }
}
