/** Maps with known keys: their fields, their types, and what to say of an unknown key. */
import { nearest } from '../nearest.ts'
import { isMap, type Kind, type Read, type Reading, type Written, wrong } from './kinds.ts'
import type { Path, Problem } from './problem.ts'
import { recordSchema } from './record-schema.ts'

/** One key of a map: its kind, whether it must be there, and a sentence for the documentation. */
export interface Field<D extends Demand, W, R> {
  readonly demand: D
  readonly kind: Kind<W, R>
  readonly about: string
  readonly fallback?: R
  /** The default as the documentation writes it. */
  readonly fallbackShown?: string
}

export const required = <W, R>(kind: Kind<W, R>, about: string): Field<'required', W, R> => ({
  demand: 'required',
  kind,
  about,
})

export const optional = <W, R>(kind: Kind<W, R>, about: string): Field<'optional', W, R> => ({
  demand: 'optional',
  kind,
  about,
})

export const defaulted = <W, R>(
  kind: Kind<W, R>,
  fallback: NoInfer<R>,
  about: string,
  fallbackShown = `\`${String(fallback)}\``,
): Field<'defaulted', W, R> => ({ demand: 'defaulted', kind, about, fallback, fallbackShown })

type Demand = 'required' | 'optional' | 'defaulted'

/** Any fields: what may be written is a parameter of `Kind`, so `never` takes them all. */
export type Fields = Readonly<Record<string, Field<Demand, never, unknown>>>

export type WrittenRecord<F extends Fields> = {
  readonly [K in keyof F as F[K]['demand'] extends 'required' ? K : never]: Written<F[K]['kind']>
} & { readonly [K in keyof F as F[K]['demand'] extends 'required' ? never : K]?: Written<F[K]['kind']> | undefined }

export type ReadRecord<F extends Fields> = {
  readonly [K in keyof F]: F[K]['demand'] extends 'optional' ? Read<F[K]['kind']> | undefined : Read<F[K]['kind']>
}

/** What a map reads as when it is not there: every field's default. */
export const defaultsOf = <F extends Fields>(fields: F): ReadRecord<F> =>
  Object.fromEntries(Object.entries(fields).map(([key, { fallback }]) => [key, fallback])) as ReadRecord<F>

/** A demand on a map as a whole, made once each of its values is right. */
export interface RecordRule<R> {
  readonly broken: (value: R, reading: Reading) => boolean
  readonly key: string
  readonly expected: string
  readonly got: string
}

export interface RecordOptions<R, L extends string = never> {
  /** What it is, as in "a key of …". */
  readonly what: string
  readonly rules?: readonly RecordRule<R>[]
  /** Keys that may carry a language tag: `client_name#de` (RFC 7591 §2.2). */
  readonly localized?: readonly L[]
  /** Compares what stands under several keys; `broken` names the keys under which something is wrong already. */
  readonly across?: (value: Partial<R>, reading: Reading, broken: ReadonlySet<string>) => void
  /** Keys people know from elsewhere, with what to do instead. */
  readonly elsewhere?: Readonly<Record<string, string>>
}

/** `client_name#de` beside `client_name`. */
export type Tagged<L extends string> = { readonly [K in `${L}#${string}`]?: string | undefined }

export interface RecordKind<F extends Fields, L extends string = never>
  extends Kind<WrittenRecord<F> & Tagged<L>, ReadRecord<F>> {
  readonly fields: F
}

const languageTag = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/

export function record<F extends Fields, const L extends string = never>(
  fields: F,
  options: RecordOptions<ReadRecord<F>, L>,
): RecordKind<F, L> {
  const { what, rules = [] } = options
  const localized: readonly string[] = options.localized ?? []
  const expected = `a map with the keys of ${what}`
  const baseOf = (key: string) => {
    const [base = '', tag] = key.split(/#(.*)/s)
    return tag === undefined || (localized.includes(base) && languageTag.test(tag)) ? base : key
  }
  return {
    fields,
    expected,
    schema: recordSchema(fields, localized),
    read: (value, path, reading) => {
      if (!isMap(value)) return wrong(value, path, reading, expected)
      let whole = true
      const broken = new Set<string>()
      const report = (problem: Problem) => {
        whole = false
        broken.add(String(problem.path[path.length] ?? ''))
        reading.report(problem)
      }
      const inner: Reading = { ...reading, report }
      const result: Record<string, unknown> = {}
      for (const [key, field] of Object.entries(fields)) {
        const found = value[key]
        if (found !== undefined) result[key] = field.kind.read(found, [...path, key], inner)
        else if (field.demand === 'required') {
          report({ path, on: 'key', expected: `the key ${key} (${field.kind.expected})`, got: 'a map without it' })
        } else result[key] = field.fallback
      }
      for (const [key, found] of Object.entries(value)) {
        if (Object.hasOwn(fields, key) || found === undefined) continue
        const base = baseOf(key)
        const field = Object.hasOwn(fields, base) ? fields[base] : undefined
        if (field === undefined) report(unknownKey(key, [...path, key], Object.keys(fields), options))
        else result[key] = field.kind.read(found, [...path, key], inner)
      }
      reading.places.set(result, path)
      options.across?.(result as Partial<ReadRecord<F>>, inner, broken)
      if (whole) {
        for (const { broken, key, expected, got } of rules) {
          if (!broken(result as ReadRecord<F>, reading)) continue
          const at = value[key] === undefined ? path : [...path, key]
          report({ path: at, on: value[key] === undefined ? 'key' : 'value', expected, got })
        }
      }
      return whole ? (result as ReadRecord<F>) : undefined
    },
  }
}

function unknownKey(
  key: string,
  path: Path,
  known: readonly string[],
  options: Pick<RecordOptions<never>, 'what' | 'elsewhere'>,
): Problem {
  const elsewhere = Object.hasOwn(options.elsewhere ?? {}, key) ? options.elsewhere?.[key] : undefined
  const close = nearest(key, known)
  const hint = elsewhere ?? (close === undefined ? `known are ${known.join(', ')}` : `did you mean ${close}?`)
  return { path, on: 'key', expected: `a key of ${options.what}`, got: `the unknown key ${key}`, hint }
}
