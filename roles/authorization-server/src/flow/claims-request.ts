/**
 * The `claims` parameter: what a client asks for by name, where it wants to hear it, and what has to be allowed for it.
 *
 * A claim that a granted scope gives anyway needs no permission of its own. Every other is a permission beside the
 * scopes: its name in quotation marks, which no scope can hold (RFC 6749 appendix A.4), so the two are never mistaken.
 *
 * @see OpenID Connect Core §5.5, §5.5.1 and §5.5.1.1
 */
import { type AskedClaims, type ClaimValue, type NamedClaims, scopeOfClaim } from '@symbolon/protocol/claims'
import { missing } from '@symbolon/protocol/scope'

export interface RequestedClaims extends AskedClaims {
  /** Those that the client says it needs to do what the person wants. */
  readonly essential: readonly string[]
}

export interface ClaimsRequest {
  /** Standard claims of the person; `null` when none is named. Any other name is ignored, as §5.5 asks. */
  readonly claims: RequestedClaims | null
  /** Whom the client wants: nobody else may be answered for. */
  readonly subjects: readonly string[]
  /** How the person must have signed in, one of these; `undefined` when nothing is demanded. */
  readonly acr: readonly string[] | undefined
}

const nothingAsked: ClaimsRequest = { claims: null, subjects: [], acr: undefined }

const mostValues = 20

interface Wish {
  readonly essential: boolean
  readonly values: readonly ClaimValue[] | null
}

/** `undefined` for what is not written as §5.5 says. */
export function readClaimsRequest(text: string | undefined): ClaimsRequest | undefined {
  if (text === undefined) return nothingAsked
  const parsed = parse(text)
  if (parsed === undefined) return undefined
  const userinfo = readMember(parsed.userinfo)
  const idToken = readMember(parsed.id_token)
  if (userinfo === undefined || idToken === undefined) return undefined
  if ([userinfo, idToken].some((member) => !isSubject(member.get('sub')))) return undefined
  const acr = idToken.get('acr')
  return {
    claims: claimsIn(userinfo, idToken),
    subjects: [...new Set([userinfo, idToken].flatMap((member) => texts(member.get('sub')?.values)))],
    acr: acr?.essential === true && acr.values !== null ? texts(acr.values) : undefined,
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

type Wishes = ReadonlyMap<string, Wish>

function readMember(member: unknown): Wishes | undefined {
  if (member === undefined || member === null) return new Map()
  if (!isObject(member)) return undefined
  const wishes = new Map<string, Wish>()
  for (const [name, asked] of Object.entries(member)) {
    const wish = readWish(asked)
    if (wish === undefined) return undefined
    wishes.set(name, wish)
  }
  return wishes
}

function readWish(asked: unknown): Wish | undefined {
  if (asked === null) return { essential: false, values: null }
  if (!isObject(asked)) return undefined
  const { essential = false, value, values } = asked
  if (typeof essential !== 'boolean' || (values !== undefined && !Array.isArray(values))) return undefined
  const wanted = [...(value === undefined ? [] : [value]), ...(values ?? [])]
  if (wanted.length > mostValues) return undefined
  return { essential, values: value === undefined && values === undefined ? null : wanted }
}

const texts = (values: readonly ClaimValue[] | null | undefined): readonly string[] =>
  values?.filter((value) => typeof value === 'string') ?? []

/** Whoever wants somebody gets nobody else, though it is written as no subject can be. */
const isSubject = (wish: Wish | undefined): boolean =>
  !wish?.values || (wish.values.length > 0 && texts(wish.values).length === wish.values.length)

function claimsIn(userinfo: Wishes, idToken: Wishes): RequestedClaims | null {
  const known = [...new Set([...userinfo.keys(), ...idToken.keys()])].filter((name) => scopeOfClaim.has(name))
  if (known.length === 0) return null
  const named = (wishes: Wishes): NamedClaims =>
    Object.fromEntries([...wishes].flatMap(([name, { values }]) => (scopeOfClaim.has(name) ? [[name, values]] : [])))
  const isEssential = (name: string) => [userinfo, idToken].some((wishes) => wishes.get(name)?.essential === true)
  return { userinfo: named(userinfo), idToken: named(idToken), essential: known.filter(isEssential) }
}

/** The permission that gives a claim by itself. Whether an address is confirmed is not told without the address. */
export const permissionOf = (claim: string): string => `"${claim.replace(/_verified$/, '')}"`

/** The claim that a permission gives by itself; `undefined` for a scope. */
export const claimOf = (permission: string): string | undefined => /^"(.+)"$/.exec(permission)?.[1]

const gives = (permissions: readonly string[], claim: string): boolean =>
  permissions.includes(permissionOf(claim)) || permissions.includes(scopeOfClaim.get(claim) ?? '')

/** Whether a permission is among `permissions`, or a scope that gives the same. */
export function isAmong(permission: string, permissions: readonly string[]): boolean {
  const claim = claimOf(permission)
  return claim === undefined ? permissions.includes(permission) : gives(permissions, claim)
}

/** What is left of permissions when some are declined: of a claim, too, the scope that gives it. */
export function withoutDeclined(permissions: readonly string[], declined: readonly string[]): readonly string[] {
  const scopes = declined.flatMap((one) => scopeOfClaim.get(claimOf(one) ?? '') ?? [])
  return missing(permissions, [...declined, ...scopes])
}

const none: readonly string[] = []

/** What has to be allowed beside the scopes. */
export function permissionsFor(claims: AskedClaims | null, scope: readonly string[]): readonly string[] {
  if (!claims) return none
  const names = [...Object.keys(claims.userinfo), ...Object.keys(claims.idToken)]
  return [...new Set(names.filter((name) => !gives(scope, name)).map(permissionOf))]
}

export const isEssential = (permission: string, claims: RequestedClaims | null): boolean =>
  claims?.essential.some((claim) => permissionOf(claim) === permission) === true

/** What these permissions give of the claims; `null` when it is nothing. */
export const claimsWithin = (claims: AskedClaims | null, permissions: readonly string[]): AskedClaims | null =>
  keep(claims, (claim) => gives(permissions, claim))

/** What a client may ask for by name: what the scopes that it is registered for would give it. */
export function claimsOpenTo(claims: RequestedClaims | null, scopes: readonly string[] | undefined) {
  const left = scopes === undefined ? claims : claimsWithin(claims, scopes)
  const essential = claims?.essential.filter((claim) => scopes === undefined || gives(scopes, claim))
  return left && { ...left, essential: essential ?? [] }
}

/** Of claims that were granted, what the registration still has: what a lost scope would give is told no more. */
export const claimsStillOpen = (claims: AskedClaims | null, scopes: readonly string[] | undefined) =>
  scopes === undefined ? claims : claimsWithin(claims, scopes)

/** What is left of the claims when a permission is taken back. */
export const claimsWithout = (claims: AskedClaims | null, permission: string): AskedClaims | null =>
  keep(claims, (claim) => !gives([permission], claim))

function keep(claims: AskedClaims | null, keeps: (claim: string) => boolean): AskedClaims | null {
  if (!claims) return null
  const left = (named: NamedClaims) => Object.fromEntries(Object.entries(named).filter(([claim]) => keeps(claim)))
  const [userinfo, idToken] = [left(claims.userinfo), left(claims.idToken)]
  return Object.keys(userinfo).length + Object.keys(idToken).length === 0 ? null : { userinfo, idToken }
}
