/**
 * The person as the app sees them: what the ID token and userinfo say, each claim with the type that the standard gives
 * it, so that nothing in it surprises an app.
 *
 * @see OpenID Connect Core §5.1, §5.3.2, §5.6.2
 */
import { type Claims, type ClaimValue, scopeOfClaim } from '@symbolon/protocol/claims'
import type { User } from './providers/provider.ts'

/** Claims that are about the token and not about the person, and where others may be had, with the tokens for it. */
const ofTheToken = new Set([
  ...['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'azp', 'at_hash', 'c_hash', 's_hash'],
  ...['sid', 'auth_time', 'acr', 'amr', '_claim_names', '_claim_sources'],
])

/** What userinfo says wins over the ID token; both are about `sub`. */
export function userOf(sub: string, claims: Claims, userinfo: Claims): User {
  const all: Claims = { ...claims, ...userinfo }
  const told = Object.entries(all).flatMap(([name, value]): [string, ClaimValue][] => {
    const read = ofItsType(name, value)
    const about = aboutWhat.get(name)
    // said of one address, it says nothing of another
    const isOfAnother = about !== undefined && (name in userinfo ? userinfo : claims)[about] !== all[about]
    return read === undefined || ofTheToken.has(name) || isOfAnother ? [] : [[name, read]]
  })
  return { ...Object.fromEntries(told), sub }
}

const aboutWhat: ReadonlyMap<string, string> = new Map([
  ['email_verified', 'email'],
  ['phone_number_verified', 'phone_number'],
])

/** Some providers write truth values as text, of which `false` would be true to a program. */
const truth: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  [false, false],
  ['false', false],
])

function ofItsType(name: string, value: ClaimValue | undefined): ClaimValue | undefined {
  if (aboutWhat.has(name)) return truth.get(value)
  const isText = scopeOfClaim.has(name) && name !== 'address' && name !== 'updated_at'
  return isText && typeof value !== 'string' ? undefined : value
}
