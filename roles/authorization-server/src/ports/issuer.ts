/**
 * The issuer: the unit of isolation that every endpoint is handed, with all that it may use.
 *
 * Clock, randomness, storage, keys and recorder come in here and nowhere else, so that a test can replace each.
 * Every URL that the server prints starts with `url`, never with a request's Host.
 */
import type { DecryptionAlgorithm, SigningAlgorithm } from '@symbolon/protocol/algorithms'
import type { Refused } from '@symbolon/protocol/decision'
import type { Role, StepNumber } from '@symbolon/protocol/flow'
import type { Band, Check } from '@symbolon/protocol/trace'
import type { Outgoing } from './outgoing.ts'
import type { Seconds } from './records.ts'
import type { Store } from './store.ts'

export interface Issuer {
  /** The issuer identifier, without a trailing slash. */
  readonly url: string
  readonly settings: Settings
  readonly store: Store
  readonly keys: KeyRing
  readonly sealing: Sealing
  readonly passwords: Passwords
  readonly recorder: Recorder
  readonly outgoing: Outgoing
  readonly now: () => Seconds
  readonly random: (bytes: number) => Uint8Array
}

/** Deployment settings: flat, each with a default in `defaultSettings`. */
export interface Settings {
  /** What people call this place: "Example". */
  readonly name: string
  /** What the apps are called that an administrator brought here: no stranger may be called so. */
  readonly declaredNames: readonly string[]
  /** Says reasons in errors, records every flow. Never on for a real deployment. */
  readonly development: boolean
  /** Serves what older clients need and newer standards advise against: tokens from the authorization endpoint. */
  readonly compatibleProfile: boolean
  /** Gives `session_state` and serves the check-session page (OpenID Connect Session Management). */
  readonly sessionManagement: boolean
  /** Takes request objects that nobody signed, from clients that are registered for them. */
  readonly unsignedRequestObjects: boolean
  /** Keeps the secrets of clients that ask for `client_secret_jwt` so that it can calculate with them. */
  readonly clientSecretJwt: boolean
  /** People can make an account themselves. */
  readonly signUp: boolean
  readonly defaultLocale: string
  readonly codeLifetime: Seconds
  readonly accessTokenLifetime: Seconds
  readonly idTokenLifetime: Seconds
  /** How long a refresh token may lie unused, and how long a family may live at all. */
  readonly refreshTokenIdle: Seconds
  readonly refreshTokenLifetime: Seconds
  /** A replaced refresh token still gets its same successor for so long. */
  readonly refreshRetryWindow: Seconds
  readonly interactionLifetime: Seconds
  readonly sessionLifetime: Seconds
  /** With "Keep me signed in". */
  readonly keptSessionLifetime: Seconds
  readonly signingKeyLifetime: Seconds
  /** How long a verifier may cache the keys: a new key is published that long before it signs. */
  readonly jwksCache: Seconds
  /** Whether clients may register themselves: not, anybody, or whoever has one of `registrationTokens`. */
  readonly registration: 'off' | 'open' | 'token'
  /** `hashOf` each initial access token. */
  readonly registrationTokens: readonly string[]
  /** How many may register from one network in an hour without such a token. */
  readonly registrationsPerHour: number
  /** After so long a client that nobody uses is forgotten, if it came without such a token. */
  readonly registrationUnused: Seconds
  readonly defaultSigningAlgorithm: SigningAlgorithm
  /** For these there is always a key; for others one is made when it is first needed. */
  readonly signingAlgorithms: readonly SigningAlgorithm[]
  /** For these clients may encrypt their request objects to a key of ours; none unless configured. */
  readonly decryptionAlgorithms: readonly DecryptionAlgorithm[]
}

export const defaultSettings: Settings = {
  name: 'Symbolon',
  declaredNames: [],
  development: false,
  compatibleProfile: false,
  sessionManagement: false,
  unsignedRequestObjects: false,
  clientSecretJwt: false,
  signUp: false,
  defaultLocale: 'en',
  codeLifetime: 60,
  accessTokenLifetime: 600,
  idTokenLifetime: 600,
  refreshTokenIdle: 30 * 86_400,
  refreshTokenLifetime: 365 * 86_400,
  refreshRetryWindow: 120,
  interactionLifetime: 3_600,
  sessionLifetime: 12 * 3_600,
  keptSessionLifetime: 30 * 86_400,
  signingKeyLifetime: 90 * 86_400,
  jwksCache: 600,
  registration: 'off',
  registrationTokens: [],
  registrationsPerHour: 20,
  registrationUnused: 30 * 86_400,
  defaultSigningAlgorithm: 'ES256',
  signingAlgorithms: ['ES256', 'RS256'],
  decryptionAlgorithms: [],
}

/** The issuer's signing keys: published before use, retired after the longest token's life. */
export interface KeyRing {
  /** Signs a compact JWS with the active key of the algorithm; `kid` and, if there is one, `typ` go into the header. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    how: { readonly algorithm: SigningAlgorithm; readonly typ?: string },
  ): Promise<string>
  /** The claims of a JWT that this issuer signed with the given `typ`; `undefined` for anything else. Expiry is the caller's. */
  verify(jwt: string, typ: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** What was encrypted to a key of ours; `undefined` for anything else. */
  decrypt(jwe: string): Promise<string | undefined>
  /** The public keys, as `jwks_uri` serves them. */
  published(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }>
}

/** Authenticated encryption under keys derived from the installation's secret, one for each purpose. */
export interface Sealing {
  seal(purpose: string, text: string, context: string): string
  /** `undefined` when it was not sealed here for this purpose and context. */
  open(purpose: string, sealed: string, context: string): string | undefined
  /** A keyed digest, for tokens that must be recomputed (CSRF) and values that must be compared but not read. */
  digest(purpose: string, value: string): string
}

/** Argon2id at OWASP's parameters, off the main thread. */
export interface Passwords {
  hash(password: string): Promise<string>
  /** With no hash it does the same work and is `false`, so that an unknown account takes as long as a known one. */
  verify(password: string, hash: string | null): Promise<boolean>
}

/** Takes what an endpoint saw, redacts it at once and keeps it off the request's path; drops rather than blocks. */
export interface Recorder {
  record(observed: Observed): void
}

export interface Observed {
  readonly flow: string
  readonly band: Band
  readonly step?: StepNumber | undefined
  readonly from: Role
  readonly to: Role
  readonly what: string
  /** Epoch milliseconds at which the request came in. */
  readonly at: number
  readonly took: number
  readonly status?: number | undefined
  readonly params?: Iterable<readonly [string, string]> | undefined
  readonly result?: Iterable<readonly [string, string]> | undefined
  readonly checks?: readonly Check[] | undefined
  readonly refused?: Refused | undefined
  readonly outcome: 'ok' | 'shown' | 'refused' | 'failed'
  readonly client?: string | undefined
  readonly person?: string | undefined
  readonly grant?: string | undefined
}
