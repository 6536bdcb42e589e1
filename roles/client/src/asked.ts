/**
 * What a sign-in is asked for besides scopes. What the app's settings ask for can't be made weaker by whoever writes a
 * link to the sign-in.
 *
 * @see OpenID Connect Core §3.1.2.1, §5.5
 */
import { list } from '@symbolon/protocol/parameters'
import { union } from '@symbolon/protocol/scope'
import { AuthError } from './errors.ts'

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

/** Where settings and a sign-in both ask for something: the stronger of both, and the settings' own where none is. */
const stronger: Readonly<Record<string, (settings: string, chosen: string) => string>> = {
  max_age: (settings, chosen) => String(Math.min(Number(settings), Number(chosen))),
  // `none` asks the person nothing, and stands alone
  prompt: (settings, chosen) => {
    const words = union(list(settings), list(chosen))
    return words.filter((word) => word !== 'none' || words.length === 1).join(' ')
  },
  acr_values: (settings) => settings,
  claims: (settings) => settings,
}

export function together(
  settings: Readonly<Record<string, string>>,
  chosen: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const both = Object.entries(chosen).map(([name, value]): [string, string] => {
    const own = settings[name]
    return [name, own === undefined ? value : (stronger[name]?.(own, value) ?? value)]
  })
  return { ...settings, ...Object.fromEntries(both) }
}

export function claimsIn(json: string): ClaimsRequest | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
