/**
 * Whether the ID token answers to what was asked of the sign-in.
 *
 * @see OpenID Connect Core §3.1.3.7 (11 to 13), §5.5.1
 */
import type { Rule } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { list } from '@symbolon/protocol/parameters'
import { claimsIn, type WantedClaim } from './asked.ts'
import { clockDifference } from './clock.ts'
import type { IdTokenCheck } from './id-token-rules.ts'
import { shown } from './shown.ts'

/** A claim of the ID token that was asked for as essential, or with a value. */
function wanted({ asked }: IdTokenCheck, name: string): WantedClaim | undefined {
  const claim = claimsIn(asked?.parameters.claims ?? '')?.id_token?.[name]
  return typeof claim === 'object' && claim !== null ? claim : undefined
}

const accepted = ({ value, values }: WantedClaim): readonly unknown[] | undefined =>
  value === undefined ? (Array.isArray(values) ? values : undefined) : [value]

const earliest = ({ asked }: IdTokenCheck): number => (asked?.startedAt ?? 0) - clockDifference

const got = (value: unknown) => clear(shown(value).slice(0, 40))

/** That the ID token is of this sign-in, and the person signed in as lately and as strongly as was asked. */
export const askedRules: readonly Rule<IdTokenCheck>[] = [
  {
    reason: 'id_token_invalid',
    broken: (check) => check.asked !== undefined && Number(check.claims.iat) < earliest(check),
    seen: ({ claims, asked }) => ({
      expected: clear('iat since the sign-in began'),
      got: clear(`${(asked?.startedAt ?? 0) - Number(claims.iat)} s before`),
    }),
  },
  {
    reason: 'id_token_invalid',
    broken: (check) => {
      const { max_age } = check.asked?.parameters ?? {}
      const { auth_time } = check.claims
      return max_age !== undefined && !(typeof auth_time === 'number' && auth_time >= earliest(check) - Number(max_age))
    },
    seen: ({ claims, asked }) => ({
      expected: clear(`auth_time within max_age ${asked?.parameters.max_age}`),
      got: got(claims.auth_time),
    }),
  },
  {
    reason: 'id_token_invalid',
    broken: (check) => wanted(check, 'auth_time')?.essential === true && typeof check.claims.auth_time !== 'number',
    seen: ({ claims }) => ({ expected: clear('auth_time, which is essential'), got: got(claims.auth_time) }),
  },
  {
    reason: 'id_token_invalid',
    broken: ({ asked, claims: { acr } }) => {
      const values = list(asked?.parameters.acr_values)
      return values.length > 0 && !(typeof acr === 'string' && values.includes(acr))
    },
    seen: ({ claims, asked }) => ({ expected: clear(`acr of ${asked?.parameters.acr_values}`), got: got(claims.acr) }),
  },
  ...['acr', 'sub'].map(
    (name): Rule<IdTokenCheck> => ({
      reason: 'id_token_invalid',
      broken: (check) => {
        const claim = wanted(check, name)
        // a sub that was asked for with a value is always binding (OpenID Connect Core §5.5.1)
        if (claim === undefined || (claim.essential !== true && name !== 'sub')) return false
        const values = accepted(claim)
        return values === undefined ? check.claims[name] === undefined : !values.includes(check.claims[name])
      },
      seen: () => ({ expected: clear(`${name} as claims asks for it`), got: clear('none or another value') }),
    }),
  ),
]
