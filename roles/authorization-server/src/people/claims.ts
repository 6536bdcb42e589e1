/**
 * What a client is told of a person: the claims of the scopes it was granted, and those it asked for by name.
 *
 * @see OpenID Connect Core §5.1, §5.3.2, §5.4, §5.5.1
 */
import { isDeepStrictEqual } from 'node:util'
import { type Claims, type ClaimValue, claimsOfScope, type NamedClaims } from '@symbolon/protocol/claims'
import type { PersonProfile } from '../ports/records.ts'

const claimsByScope: readonly (readonly [scope: string, claims: readonly string[]])[] = Object.entries(claimsOfScope)

/** What is not there is left out, not null (§5.3.2); so is a claim that was asked for with another value (§5.5.1). */
export function claimsFor(
  person: Omit<PersonProfile, 'disabled'>,
  scope: readonly string[],
  named?: NamedClaims | undefined,
): Claims {
  const known: Claims = {
    preferred_username: person.username,
    updated_at: person.updatedAt,
    email: person.email,
    ...person.claims,
  }
  const told: Record<string, ClaimValue> = {}
  const tell = (claim: string, values: readonly ClaimValue[] | null) => {
    const value = known[claim]
    if (value === undefined || value === null) return
    if (values === null || values.some((asked) => isDeepStrictEqual(asked, value))) told[claim] = value
  }
  for (const [name, claims] of claimsByScope) {
    if (scope.includes(name)) for (const claim of claims) tell(claim, null)
  }
  for (const claim in named) tell(claim, named[claim] ?? null)
  told.sub = person.personId
  return told
}
