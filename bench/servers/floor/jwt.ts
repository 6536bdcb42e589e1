/** Signing and checking of JWTs for the floor: in the thread pool, with keys opened once and headers encoded once. */
import { createPrivateKey, createPublicKey, type JsonWebKeyInput, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { Jwk } from '../../world.ts'

const signInPool = promisify(sign)
const verifyInPool = promisify(verify)

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const keyOf = (jwk: Jwk) => ({ key: jwk, format: 'jwk' }) as JsonWebKeyInput

export type Sign = (claims: object) => Promise<string>

export function signer(jwk: Jwk, typ: string): Sign {
  const key = { key: createPrivateKey(keyOf(jwk)), dsaEncoding: 'ieee-p1363' as const }
  const header = encode({ alg: jwk.alg, typ, kid: jwk.kid })
  return async (claims) => {
    const signed = `${header}.${encode(claims)}`
    return `${signed}.${(await signInPool('sha256', Buffer.from(signed), key)).toString('base64url')}`
  }
}

export function verifier(jwk: Jwk): (jwt: string) => Promise<Readonly<Record<string, unknown>> | undefined> {
  const key = { key: createPublicKey(keyOf(jwk)), dsaEncoding: 'ieee-p1363' as const }
  return async (jwt) => {
    const [head = '', payload = '', signature = ''] = jwt.split('.')
    if (JSON.parse(Buffer.from(head, 'base64url').toString()).alg !== jwk.alg) return undefined
    const good = await verifyInPool(
      'sha256',
      Buffer.from(`${head}.${payload}`),
      key,
      Buffer.from(signature, 'base64url'),
    )
    return good ? JSON.parse(Buffer.from(payload, 'base64url').toString()) : undefined
  }
}

export function publicJwk(jwk: Jwk): Jwk {
  const key = createPublicKey(keyOf(jwk)).export({ format: 'jwk' })
  return { ...key, kid: jwk.kid, alg: jwk.alg, use: 'sig' }
}
