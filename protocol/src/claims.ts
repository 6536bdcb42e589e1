/** The standard claims, by the scope that asks for them (OpenID Connect Core §5.1, §5.4). */
export const claimsOfScope = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
} as const satisfies Record<string, readonly string[]>

/** All of them, each with its scope. */
export const scopeOfClaim: ReadonlyMap<string, string> = new Map(
  Object.entries(claimsOfScope).flatMap(([scope, claims]) => claims.map((claim) => [claim, scope] as const)),
)

/** Scopes OpenID Connect defines; they belong to no resource. */
export const openidScopes: readonly string[] = ['openid', ...Object.keys(claimsOfScope), 'offline_access']

export type ClaimValue =
  | string
  | number
  | boolean
  | null
  | readonly ClaimValue[]
  | { readonly [name: string]: ClaimValue }

export type Claims = Readonly<Record<string, ClaimValue>>

/** Claims by name, each with the values that alone are asked for; `null`: whatever it is. */
export type NamedClaims = Readonly<Record<string, readonly ClaimValue[] | null>>

/** What a client asks for by name, and where it wants to hear it (OpenID Connect Core §5.5). */
export interface AskedClaims {
  readonly userinfo: NamedClaims
  readonly idToken: NamedClaims
}
