/**
 * The kinds of value a configuration holds. A kind knows how to read what was written, what to say when it is wrong,
 * and how JSON Schema writes it, so that validator, types, published schema and documentation have one source.
 */
import { nearest } from '../nearest.ts'
import { type Path, type Problem, shown, shownKind } from './problem.ts'
import type { Reference } from './reference.ts'

export type Schema = Readonly<Record<string, unknown>>

/** What a kind is handed beside the value. */
export interface Reading {
  readonly development: boolean
  readonly report: (problem: Problem) => void
  /** Reads the environment variable or file that a reference names. */
  readonly resolve: (reference: Reference) => { readonly value: string } | { readonly missing: string }
  /** Where each map that was read stands, for checks that compare several of them. */
  readonly places: WeakMap<object, Path>
}

/** `Written` is what a file may say, `Read` what the program works with. */
export interface Kind<Written, Read> {
  readonly expected: string
  readonly schema: Schema
  /** Reports what is wrong; `undefined` when anything is. */
  readonly read: (value: unknown, path: Path, reading: Reading) => Read | undefined
  readonly written?: (value: Written) => void
}

export type Written<K> = K extends Kind<infer W, infer _> ? W : never
export type Read<K> = K extends Kind<infer _, infer R> ? R : never

/** A demand on a text beyond being one. */
export interface TextRule {
  readonly broken: (value: string, reading: Reading) => boolean
  readonly expected: string
  readonly hint?: (value: string) => string | undefined
}

export function text(
  expected: string,
  { rules = [] as readonly TextRule[], schema = {} as Schema } = {},
): Kind<string, string> {
  return {
    expected,
    schema: { type: 'string', minLength: 1, ...schema },
    read: (value, path, reading) => {
      if (typeof value !== 'string' || value === '') return wrong(value, path, reading, expected)
      // No database holds these alike.
      if (value.includes('\0') || !value.isWellFormed()) {
        reading.report({ path, on: 'value', expected, got: 'a text with characters that are none' })
        return undefined
      }
      const rule = rules.find(({ broken }) => broken(value, reading))
      if (rule === undefined) return value
      const hint = rule.hint?.(value)
      reading.report({ path, on: 'value', expected: rule.expected, got: shown(value), hint })
      return undefined
    },
  }
}

export function choice<const C extends string>(choices: readonly C[]): Kind<C, C> {
  const expected = choices.length === 1 ? `${choices[0]}` : `one of ${choices.join(', ')}`
  return {
    expected,
    schema: { enum: choices },
    read: (value, path, reading) => {
      const found = choices.find((choice) => choice === value)
      if (found !== undefined) return found
      const close = typeof value === 'string' ? nearest(value, choices) : undefined
      return wrong(value, path, reading, expected, close === undefined ? undefined : `did you mean ${close}?`)
    },
  }
}

export const flag: Kind<boolean, boolean> = {
  expected: 'true or false',
  schema: { type: 'boolean' },
  read: (value, path, reading) => (typeof value === 'boolean' ? value : wrong(value, path, reading, 'true or false')),
}

export function whole(least: number, most: number): Kind<number, number> {
  const expected = `a whole number from ${least} to ${most}`
  return {
    expected,
    schema: { type: 'integer', minimum: least, maximum: most },
    read: (value, path, reading) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
        ? value
        : wrong(value, path, reading, expected),
  }
}

export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Seconds as a number, or `10m`, `12h`, `30d`. */
export function duration(least: Duration, most: Duration): Kind<Duration, number> {
  const expected = `a time from ${least} to ${most}, in seconds or as 90s, 10m, 12h or 30d`
  return {
    expected,
    schema: {
      anyOf: [
        { type: 'integer', minimum: 0 },
        { type: 'string', pattern: '^[0-9]+[smhd]$' },
      ],
    },
    read: (value, path, reading) => {
      const seconds = secondsOf(value)
      const fits = seconds !== undefined && seconds >= (secondsOf(least) ?? 0) && seconds <= (secondsOf(most) ?? 0)
      return fits ? seconds : wrong(value, path, reading, expected)
    },
  }
}

export function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  const [, amount, unit = ''] = (typeof value === 'string' && /^(\d{1,9})([smhd])$/.exec(value)) || []
  return amount === undefined ? undefined : Number(amount) * (unitSeconds[unit] ?? Number.NaN)
}

export function listOf<W, R>(kind: Kind<W, R>, least = 0): Kind<readonly W[], readonly R[]> {
  const expected = least > 0 ? `a list with at least ${least} of: ${kind.expected}` : `a list of: ${kind.expected}`
  return {
    expected,
    schema: { type: 'array', items: kind.schema, ...(least > 0 && { minItems: least }) },
    read: (value, path, reading) => {
      if (!Array.isArray(value) || value.length < least) return wrong(value, path, reading, expected)
      // Those that are right are compared with each other even when others are wrong.
      return value.map((item, at) => kind.read(item, [...path, at], reading)).filter((item) => item !== undefined)
    },
  }
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reports the wrong value with what was expected. */
export function wrong(value: unknown, path: Path, reading: Reading, expected: string, hint?: string): undefined {
  reading.report({ path, on: 'value', expected, got: shown(value), hint })
  return undefined
}

/** The same for a value that nobody may read. */
export function wrongSecret(value: unknown, path: Path, reading: Reading, expected: string): undefined {
  reading.report({ path, on: 'value', expected, got: shownKind(value) })
  return undefined
}
