/**
 * What a sign-in is asked for besides scopes, and whether the ID token answers to it. What the app's settings ask for
 * can't be made weaker by whoever writes a link to the sign-in.
 *
 * @see OpenID Connect Core §3.1.2.1, §3.1.3.7 (11 to 13), §5.5
 */
import type { Rule } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { list } from '@symbolon/protocol/parameters'
import { clockDifference } from './clock.ts'
import { AuthError } from './errors.ts'
import type { IdTokenCheck } from './id-token.ts'

/** What may be chosen for each sign-in. */
export interface SignInRequest {
  readonly prompt?: 'none' | 'login' | 'consent' | 'select_account' | 'create'
  /** Seconds since the person last signed in at the provider. */
  readonly maxAge?: number
  readonly acrValues?: readonly string[]
  readonly claims?: ClaimsRequest
  readonly loginHint?: string
  readonly uiLocales?: readonly string[]
  readonly display?: 'page' | 'popup' | 'touch' | 'wap'
}

/** Claims one by one (OpenID Connect Core §5.5). */
export interface ClaimsRequest {
  readonly userinfo?: Readonly<Record<string, WantedClaim | null>>
  readonly id_token?: Readonly<Record<string, WantedClaim | null>>
}

export interface WantedClaim {
  readonly essential?: boolean
  readonly value?: unknown
  readonly values?: readonly unknown[]
}

/** Of one sign-in. */
export interface Asked {
  readonly parameters: Readonly<Record<string, string>>
  /** Epoch seconds. */
  readonly startedAt: number
}

const strings = (values: readonly string[] | undefined) => (values?.length ? values.join(' ') : undefined)

/** As they are named on the wire, and in the query of our own sign-in route. */
export function toParameters(request: SignInRequest): Readonly<Record<string, string>> {
  const all = {
    prompt: request.prompt,
    max_age: request.maxAge?.toString(),
    acr_values: strings(request.acrValues),
    claims: request.claims && JSON.stringify(request.claims),
    login_hint: request.loginHint,
    ui_locales: strings(request.uiLocales),
    display: request.display,
  }
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Most of it is remembered in the cookie of the sign-in, which browsers drop above 4 KiB. */
const longest: Readonly<Record<string, number>> = {
  prompt: 100,
  max_age: 9,
  acr_values: 200,
  claims: 512,
  login_hint: 300,
  ui_locales: 100,
  display: 20,
}

/** What somebody chose for this sign-in: the query or the form of our sign-in route. */
export function readAsked(params: URLSearchParams): Readonly<Record<string, string>> {
  const asked: Record<string, string> = {}
  for (const [name, most] of Object.entries(longest)) {
    const value = params.get(name)
    if (value === null || value === '') continue
    if (value.length > most || !isAskable(name, value)) {
      throw new AuthError('parameter_malformed', {
        expected: `${name} as OpenID Connect writes it`,
        got: 'another value',
      })
    }
    asked[name] = value
  }
  return asked
}

export const isAskable = (name: string, value: string): boolean =>
  name === 'max_age'
    ? /^\d{1,9}$/.test(value)
    : name === 'claims'
      ? claimsIn(value) !== undefined
      : !/\p{Cc}/u.test(value)

const ofTheSettings = ['max_age', 'acr_values', 'claims']

export const together = (
  settings: Readonly<Record<string, string>>,
  chosen: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({
  ...settings,
  ...chosen,
  ...Object.fromEntries(Object.entries(settings).filter(([name]) => ofTheSettings.includes(name))),
})

function claimsIn(json: string): ClaimsRequest | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A claim of the ID token that was asked for as essential, or with a value. */
function wanted({ asked }: IdTokenCheck, name: string): WantedClaim | undefined {
  const claim = claimsIn(asked?.parameters.claims ?? '')?.id_token?.[name]
  return typeof claim === 'object' && claim !== null ? claim : undefined
}

const accepted = ({ value, values }: WantedClaim): readonly unknown[] | undefined =>
  value === undefined ? values : [value]

const earliest = ({ asked }: IdTokenCheck): number => (asked?.startedAt ?? 0) - clockDifference

const got = (value: unknown) => clear(String(value ?? 'none').slice(0, 40))

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
