/**
 * What the suite looks at in every module, warnings taken for failures: no unexpected parameter, exact echoes, whole ID
 * tokens, typed claims.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import type { Answer } from './browser.ts'
import type { Harness } from './harness.ts'

type Json = Readonly<Record<string, unknown>>

const minute = 60

/** The parameters of an answer are expected ones, and `state` and `iss` are what they must be. */
export function checkAnswer({ parameters }: Answer, harness: Harness, state: string | undefined): void {
  const expected = 'error' in parameters ? expectedInErrors : expectedInSuccess
  assert.deepEqual(
    Object.keys(parameters).filter((name) => !expected.includes(name)),
    [],
    'no parameter is unexpected',
  )
  assert.equal(parameters.state, state, 'state comes back as it went')
  assert.equal(parameters.iss, harness.issuer)
  if ('error' in parameters) assert.match(parameters.error ?? '', /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
  assert.match(parameters.error_description ?? '', /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/)
}

const common = ['state', 'iss', 'session_state']
const expectedInErrors = [...common, 'error', 'error_description', 'error_uri']
const expectedInSuccess = [...common, 'code', 'id_token', 'access_token', 'token_type', 'expires_in', 'scope']

/** What the suite measures of a code: 128 bits of length, 96 of Shannon entropy (RFC 6749 §10.10). */
export function checkEntropy(value: string): void {
  assert.ok(value.length * 8 >= 128)
  const counts = Object.values(Object.groupBy(value, (character) => character)).map((all = []) => all.length)
  const bits = counts.reduce((sum, count) => sum - (count / value.length) * Math.log2(count / value.length), 0)
  assert.ok(bits * value.length > 96, `${bits * value.length} bits of entropy`)
}

export interface IdTokenFacts {
  readonly clientId: string
  readonly nonce: string | undefined
  /** From the authorization endpoint: the hashes must be there. */
  readonly isFrontChannel: boolean
  readonly accessToken?: string | undefined
  readonly code?: string | undefined
  readonly algorithm?: string
}

export async function checkIdToken(idToken: string, harness: Harness, facts: IdTokenFacts): Promise<JWTPayload> {
  const header = decodeProtectedHeader(idToken)
  assert.equal(header.alg, facts.algorithm ?? 'RS256')
  const set = await harness.keys()
  assert.equal(set.keys.filter(({ kid }) => kid === header.kid).length, 1, 'kid names one key of the set')
  await jwtVerify(idToken, createLocalJWKSet(set), { currentDate: new Date(Date.now()) })
  const claims = decodeJwt(idToken)
  const { clientId, nonce, isFrontChannel, accessToken, code } = facts
  const now = Math.floor(Date.now() / 1_000)
  assert.equal(claims.iss, harness.issuer)
  const audience = [claims.aud].flat()
  assert.ok(audience.includes(clientId))
  if (audience.length > 1) assert.equal(claims.azp, clientId)
  assert.ok(claims.azp === undefined || claims.azp === clientId)
  const { exp = 0, iat = 0, sub = '', auth_time: authTime, acr, amr, sid } = claims
  assert.ok(Number.isInteger(exp) && exp > now && exp < now + 50 * 365 * 86_400, 'exp is ahead, and not by years')
  assert.ok(Number.isInteger(iat) && Math.abs(iat - now) <= 5 * minute, 'iat is now')
  assert.equal(claims.nonce, nonce)
  assert.match(sub, /^[\x20-\x7e]{1,255}$/)
  assert.ok(authTime === undefined || (Number.isInteger(authTime) && Number(authTime) <= now), 'auth_time is a time')
  assert.ok(acr === undefined || (typeof acr === 'string' && acr !== ''))
  assert.ok(amr === undefined || (Array.isArray(amr) && amr.every((one) => typeof one === 'string')))
  assert.ok(sid === undefined || typeof sid === 'string')
  checkHash(claims.at_hash, accessToken, isFrontChannel)
  checkHash(claims.c_hash, code, isFrontChannel)
  return claims
}

/** The left half of a SHA-256 (OpenID Connect Core §3.2.2.9, §3.3.2.11); needed only in the front channel. */
function checkHash(claim: unknown, of: string | undefined, isNeeded: boolean): void {
  const isExpected = of !== undefined && (isNeeded || claim !== undefined)
  const hash = isExpected ? halfOf(of) : undefined
  assert.equal(claim, hash)
}

const halfOf = (of: string): string => createHash('sha256').update(of).digest().subarray(0, 16).toString('base64url')

const booleans = ['email_verified', 'phone_number_verified']

/** Standard claims have their types (OpenID Connect Core §5.1). */
export function checkClaimTypes(claims: Json): void {
  for (const [name, value] of Object.entries(claims)) {
    if (booleans.includes(name)) assert.equal(typeof value, 'boolean', name)
    else if (name === 'updated_at') assert.ok(Number.isInteger(value), name)
    else if (name === 'address')
      assert.ok(typeof value === 'object' && value !== null && Object.values(value).every(isText), name)
    else assert.ok(isText(value), name)
  }
}

const isText = (value: unknown) => typeof value === 'string' && value !== ''
