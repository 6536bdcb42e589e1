/**
 * Looks for secrets in what was written: each as it is, percent-encoded, in base64 and hex, escaped for HTML and JSON,
 * and each half of each of these. Half a secret is found by its first twelve bytes, in one pass over the text.
 */
import { hash } from 'node:crypto'

export interface Secret {
  /** What it is: `a code`, `planted`. */
  readonly kind: string
  readonly value: string
}

export interface Finding {
  readonly kind: string
  readonly value: string
  /** What stands around it. */
  readonly around: string
}

const width = 12

export interface Search {
  add(secret: Secret): void
  /** Every secret of which something stands in `text`. */
  in(text: string | Uint8Array): readonly Finding[]
}

export function createSearch(): Search {
  const pieces = new Map<number, { readonly bytes: Buffer; readonly secret: Secret }[]>()
  return {
    add(secret) {
      for (const form of formsOf(secret.value))
        for (const bytes of beginningsOf(form)) {
          const key = firstHash(bytes)
          const others = pieces.get(key) ?? []
          if (others.some((other) => other.bytes.equals(bytes))) continue
          pieces.set(key, [...others, { bytes, secret }])
        }
    },
    in(text) {
      const hay = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.length)
      const found = new Map<Secret, Finding>()
      for (const [at, key] of windows(hay))
        for (const { bytes, secret } of pieces.get(key) ?? [])
          if (!found.has(secret) && hay.subarray(at, at + width).equals(bytes))
            found.set(secret, { ...secret, around: hay.toString('latin1', Math.max(0, at - 60), at + 40) })
      return [...found.values()]
    },
  }
}

function formsOf(value: string): readonly Buffer[] {
  const bytes = Buffer.from(value)
  const percent = encodeURIComponent(value)
  const shifted = [0, 1, 2].map((shift) => {
    // Behind one or two other bytes base64 reads otherwise; what those share with the secret is left out.
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    return text.slice(shift === 0 ? 0 : 4, Math.floor(((bytes.length + shift) * 4) / 3))
  })
  const html = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  const texts = [
    ...[value, percent, percent.toLowerCase(), encodeURIComponent(percent), html, JSON.stringify(value).slice(1, -1)],
    ...shifted.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]),
    ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
  ]
  return [...new Set(texts)].map((text) => Buffer.from(text))
}

/** The first bytes of each half that is long enough, or those of the whole. */
function beginningsOf(form: Buffer): readonly Buffer[] {
  const middle = Math.floor(form.length / 2)
  if (form.length < width) return []
  if (middle < width) return [form.subarray(0, width)]
  return [form.subarray(0, width), form.subarray(middle, middle + width)]
}

const base = 257
const modulus = 0x7f_ffff
/** What the byte that leaves the window counted. */
const highest = Array.from({ length: width - 1 }).reduce<number>((power) => (power * base) % modulus, 1)

const firstHash = (bytes: Buffer): number =>
  bytes.subarray(0, width).reduce((sum, byte) => (sum * base + byte) % modulus, 0)

/** Each place with the hash of the bytes from there on, rolled from one to the next. */
function* windows(hay: Buffer): Iterable<readonly [at: number, key: number]> {
  if (hay.length < width) return
  let key = firstHash(hay)
  yield [0, key]
  for (let at = 1; at + width <= hay.length; at++) {
    const without = (key + modulus * 2 - (((hay[at - 1] ?? 0) * highest) % modulus)) % modulus
    key = (without * base + (hay[at + width - 1] ?? 0)) % modulus
    yield [at, key]
  }
}

/** A secret of the given shape, the same for the same seed within one run. */
export function secretOf(run: string, seed: number, shape: 'handle' | 'password' | 'hex' | 'words'): string {
  const bytes = hash('sha256', `${run} ${shape} ${seed}`, 'buffer')
  if (shape === 'handle') return bytes.toString('base64url')
  if (shape === 'hex') return bytes.toString('hex')
  const text = bytes.toString('base64url').replaceAll(/[-_]/g, 'x')
  return shape === 'password'
    ? `p&<${text.slice(0, 14)}"é+${text.slice(14, 28)}%/`
    : `${text.slice(0, 13)} ${text.slice(13, 30)}`
}
