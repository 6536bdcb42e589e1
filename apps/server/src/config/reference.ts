/** Secrets by reference: the file says where a value is kept, not what it is. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isMap, type Kind, type Reading, wrongSecret } from './kinds.ts'
import type { Path } from './problem.ts'

/** The name of an environment variable, or the path of a file (from the configuration's folder). */
export type Reference = { readonly env: string } | { readonly file: string }

/** In a TypeScript configuration: `secret: env('SYMBOLON_SECRET')`. */
export const env = (name: string): Reference => ({ env: name })

export const file = (path: string): Reference => ({ file: path })

export const referenceSchema = {
  oneOf: (['env', 'file'] as const).map((key) => ({
    type: 'object',
    properties: { [key]: { type: 'string', minLength: 1 } },
    required: [key],
    additionalProperties: false,
  })),
}

/** What to demand of a secret's value; `expected` never shows it. */
export interface SecretRule {
  readonly broken: (value: string, reading: Reading) => boolean
  readonly expected: string
}

/** A value that is never shown: written here, or better as a reference. */
export function secret(rules: readonly SecretRule[] = []): Kind<string | Reference, string> {
  return {
    expected: 'a text, {env: NAME} or {file: PATH}',
    schema: { anyOf: [{ type: 'string', minLength: 1 }, ...referenceSchema.oneOf] },
    read: (value, path, reading) => {
      const found = typeof value === 'string' && value !== '' ? value : readReference(value, path, reading)
      const rule = found === undefined ? undefined : rules.find(({ broken }) => broken(found, reading))
      return rule === undefined ? found : wrongSecret(found, path, reading, rule.expected)
    },
  }
}

/** A value that must stand elsewhere: a certificate, a private key. */
export const reference: Kind<Reference, string> = {
  expected: '{file: PATH} or {env: NAME}',
  schema: referenceSchema,
  read: (value, path, reading) =>
    typeof value === 'string'
      ? wrongSecret(value, path, reading, '{file: PATH} or {env: NAME}')
      : readReference(value, path, reading),
}

function readReference(value: unknown, path: Path, reading: Reading): string | undefined {
  const expected = 'a text, {env: NAME} or {file: PATH}'
  if (!isMap(value)) return wrongSecret(value, path, reading, expected)
  const [[key, name] = [], ...more] = Object.entries(value)
  if ((key !== 'env' && key !== 'file') || typeof name !== 'string' || name === '' || more.length > 0) {
    return wrongSecret(value, path, reading, expected)
  }
  const found = reading.resolve(key === 'env' ? { env: name } : { file: name })
  if ('value' in found) return found.value
  const where = key === 'env' ? `the environment variable ${name}` : `the file ${name}`
  reading.report({ path, on: 'value', expected: `${where} to hold the value`, got: found.missing })
  return undefined
}

/** Reads references from this process's environment, and files relative to `folder`. */
export function referencesIn(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Reading['resolve'] {
  return (reference) => {
    if ('env' in reference) {
      const value = environment[reference.env]
      return value ? { value } : { missing: value === undefined ? 'no such variable' : 'an empty variable' }
    }
    try {
      // Editors and `echo` end a file with a newline that is no part of the secret.
      const value = readFileSync(resolve(folder, reference.file), 'utf8').replace(/\r?\n$/, '')
      return value === '' ? { missing: 'an empty file' } : { value }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      return { missing: code === 'ENOENT' ? 'no such file' : `a file that can't be read (${String(code)})` }
    }
  }
}
