/**
 * A compact JWS taken apart; nothing of it is verified yet.
 *
 * @see RFC 7515 §5.2, §7.1
 */
export interface CompactJws {
  readonly header: Readonly<Record<string, unknown>>
  /** Still encoded: `readObject` reads it. */
  readonly payload: string
  /** What the signature is over. */
  readonly signed: string
  readonly signature: Uint8Array
}

export function takeApart(jws: string): CompactJws | undefined {
  const [head = '', payload = '', signature = '', ...more] = jws.split('.')
  const header = more.length > 0 ? undefined : readObject(head)
  return header && { header, payload, signed: `${head}.${payload}`, signature: Buffer.from(signature, 'base64url') }
}

/** The JSON object that one part of a JWS encodes; `undefined` for anything else. */
export function readObject(encoded: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
