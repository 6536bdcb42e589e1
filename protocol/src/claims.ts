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
