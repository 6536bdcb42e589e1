/** Assertions that a client signs, and the check of tokens that the load is given. */
import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKeyInput,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { Jwk } from '../world.ts'
import { expect } from './http.ts'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString())
const keyOf = (jwk: Jwk) => ({ key: jwk, format: 'jwk' }) as JsonWebKeyInput

export function assertions(key: Jwk, { client, audience }: { readonly client: string; readonly audience: string }) {
  const privateKey = createPrivateKey(keyOf(key))
  const header = encode({ alg: 'ES256', typ: 'JWT', kid: key.kid })
  return (): string => {
    const now = Math.floor(Date.now() / 1_000)
    const jti = randomBytes(16).toString('base64url')
    const signed = `${header}.${encode({ iss: client, sub: client, aud: audience, iat: now, exp: now + 60, jti })}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
}

export interface Expected {
  readonly algorithm: string
  readonly issuer: string
  readonly audience: string
}

/** Reads every token, and proves the signature of one in so many: proving all would starve the servers. */
const provesOneIn = 20

export function tokenCheck(keys: readonly Jwk[]) {
  const opened = new Map<unknown, KeyObject>(keys.map((jwk) => [jwk.kid, createPublicKey(keyOf(jwk))]))
  let seen = 0
  return (token: unknown, { algorithm, issuer, audience }: Expected): Readonly<Record<string, unknown>> => {
    const [head = '', payload = '', signature = ''] = String(token).split('.')
    const header = decode(head)
    const claims = decode(payload)
    expect(header.alg === algorithm, `a token signed with ${algorithm}`)
    expect(claims.iss === issuer && [claims.aud].flat().includes(audience), 'issuer and audience of the token')
    expect(claims.exp > Date.now() / 1_000, 'a token that is good for a while')
    if (seen++ % provesOneIn === 0) {
      const key = opened.get(header.kid)
      const bytes = Buffer.from(`${head}.${payload}`)
      const good =
        key !== undefined &&
        verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
      expect(good, 'a signature that holds')
    }
    return claims
  }
}
