/**
 * What the authorization server keeps: one record for each thing, the same whichever database holds it.
 *
 * Records belong to one issuer; a store is bound to it, so none carries the issuer's id. Times are epoch seconds.
 * Codes, tokens and cookies are 32 random bytes and are kept as `hashOf` them only.
 */
import type { DecryptionAlgorithm, SigningAlgorithm } from '@symbolon/protocol/algorithms'
import type { AskedClaims, Claims } from '@symbolon/protocol/claims'

export type Seconds = number

export type KeyAlgorithm = SigningAlgorithm | DecryptionAlgorithm

export interface ClientSecret {
  /** SHA-256 of it. */
  readonly hash: string
  readonly expiresAt: Seconds | null
  /** Itself, sealed under the installation's secret, where what a client sends is calculated with it (`client_secret_jwt`). */
  readonly sealed?: string
}

/** Metadata exactly as RFC 7591 §2 names it, with Symbolon's own keys beside it. */
export interface ClientRecord {
  readonly clientId: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** Each that is good now; two may overlap while one is replaced. */
  readonly secrets: readonly ClientSecret[]
  readonly disabled: boolean
  /** Declared by the configuration file, which alone may change it. */
  readonly declared: boolean
  readonly createdAt: Seconds
  readonly updatedAt: Seconds
}

/** What a client that registered itself manages that with (RFC 7592). */
export interface RegistrationRecord {
  readonly clientId: string
  readonly tokenHash: string
  /** Counts its changes: of two that were decided on the same state one is decided again. */
  readonly version: number
  /** When it is looked whether anybody uses it; `null`: never. */
  readonly dueAt: Seconds | null
}

/** An initial access token that an administrator gave away (RFC 7591 §1.3): for a while, and for so many clients. */
export interface InvitationRecord {
  readonly tokenHash: string
  /** What it is for, in the words of whoever made it. */
  readonly note: string
  readonly createdAt: Seconds
  readonly expiresAt: Seconds
  /** How many clients may be registered with it, and how many were. */
  readonly most: number
  readonly used: number
}

/** An API that tokens are for (RFC 8707): its identifier is the audience. */
export interface ResourceRecord {
  readonly resource: string
  readonly name: string
  readonly tokenFormat: 'jwt' | 'opaque'
  readonly tokenLifetime: Seconds | null
  readonly signingAlgorithm: SigningAlgorithm | null
  readonly scopes: readonly ScopeRecord[]
  readonly declared: boolean
}

export interface ScopeRecord {
  readonly scope: string
  /** What it allows, as a verb phrase in words: "See your photos". By language tag; `en` always present. */
  readonly title: Readonly<Record<string, string>>
  readonly detail: Readonly<Record<string, string>>
  readonly risk: 'low' | 'normal' | 'high'
  /** The person may untick it on the consent page. */
  readonly optional: boolean
}

export interface PersonRecord {
  /** Random and stable: the `sub` of public subjects. */
  readonly personId: string
  readonly username: string
  readonly email: string | null
  readonly passwordHash: string | null
  /** Standard claims (OpenID Connect Core §5.1) other than `sub`. */
  readonly claims: Claims
  readonly disabled: boolean
  readonly declared: boolean
  readonly createdAt: Seconds
  readonly updatedAt: Seconds
}

/** One person signed in in one browser. */
export interface SessionRecord {
  readonly sessionId: string
  /** `hashOf` the browser's cookie: several people may be signed in in one browser. */
  readonly browserHash: string
  readonly personId: string
  readonly authTime: Seconds
  readonly amr: readonly string[]
  readonly userAgent: string
  readonly createdAt: Seconds
  readonly lastSeenAt: Seconds
  readonly expiresAt: Seconds
  readonly endedAt: Seconds | null
}

/** What a person has allowed a client, remembered: a "connected app". */
export interface ConsentRecord {
  readonly personId: string
  readonly clientId: string
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  /** Name and redirect host as the person saw them; a change asks again. */
  readonly shown: { readonly name: string; readonly host: string }
  readonly createdAt: Seconds
  readonly updatedAt: Seconds
}

export interface CodeRecord {
  readonly codeHash: string
  /** The grant that redeeming the code will make; a replay revokes it. */
  readonly grantId: string
  readonly flow: string
  readonly clientId: string
  readonly personId: string
  readonly sessionId: string
  readonly redirectUri: string
  /** Whether the authorization request named it, and the token request so must too (RFC 6749 §4.1.3). */
  readonly redirectUriSent: boolean
  readonly codeChallenge: string | null
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  readonly nonce: string | null
  /** What the client asked for by name, as far as the person allowed it. */
  readonly claims: AskedClaims | null
  readonly authTime: Seconds
  readonly amr: readonly string[]
  readonly createdAt: Seconds
  readonly expiresAt: Seconds
  readonly redeemedAt: Seconds | null
}

/** One authorization and all the tokens that descend from it: the family that is revoked together. */
export interface GrantRecord {
  readonly grantId: string
  readonly flow: string
  readonly clientId: string
  readonly personId: string
  readonly sessionId: string
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  readonly nonce: string | null
  readonly claims: AskedClaims | null
  readonly authTime: Seconds
  readonly amr: readonly string[]
  readonly createdAt: Seconds
  readonly lastUsedAt: Seconds
  /** When the last thing that can descend from it is over; then it is swept. */
  readonly expiresAt: Seconds
  readonly revokedAt: Seconds | null
}

export interface RefreshTokenRecord {
  readonly tokenHash: string
  readonly grantId: string
  readonly clientId: string
  readonly createdAt: Seconds
  readonly expiresAt: Seconds
  /** Set once, when the token is replaced. */
  readonly rotatedAt: Seconds | null
  /** The successor, sealed under a key that only the presented token yields. */
  readonly successor: string | null
}

/** An opaque access token. JWT access tokens are not stored. */
export interface AccessTokenRecord {
  readonly tokenHash: string
  /** `null` for a client acting for itself. */
  readonly grantId: string | null
  readonly clientId: string
  readonly personId: string | null
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  readonly issuedAt: Seconds
  readonly expiresAt: Seconds
}

/** What an interaction ended in, sealed for the browser that went through it, so that reloading repeats it. */
export interface InteractionOutcomeRecord {
  readonly interactionHash: string
  readonly sealed: string
  readonly expiresAt: Seconds
}

/** A key of ours: to sign with, or for clients to encrypt to. */
export interface SigningKeyRecord {
  readonly kid: string
  readonly algorithm: KeyAlgorithm
  readonly publicJwk: Readonly<Record<string, string>>
  /** The private key, sealed under the installation's secret. */
  readonly sealedPrivate: string
  readonly createdAt: Seconds
  /** Published from creation, signs from here on … */
  readonly activeAt: Seconds
  /** … until here, verifies until `removedAt`, then is gone. */
  readonly retiredAt: Seconds | null
  readonly removedAt: Seconds | null
}

/** That one client is to hear, by back-channel logout, that a session has ended. */
export interface LogoutDeliveryRecord {
  readonly sessionId: string
  readonly clientId: string
  readonly personId: string
  /** The flow in which the session ended, where there was one. */
  readonly flow: string | null
  readonly createdAt: Seconds
  readonly attempts: number
  /** When it is tried next; `null` once it was delivered or given up. */
  readonly dueAt: Seconds | null
  readonly failedAt: Seconds | null
  /** Why the last attempt failed. */
  readonly problem: string | null
  readonly expiresAt: Seconds
  /** Nobody here had looked at the client when it was given something in the session. */
  readonly unreviewed: boolean
}

/** A client that is to hear when a session ends. */
export interface SessionClientRecord {
  readonly clientId: string
  /** To the minute, when it was last given something in the session. */
  readonly usedAt: Seconds
  readonly unreviewed: boolean
}

/** Wrong passwords counted for one account, one network, or both together. */
export interface ThrottleRecord {
  readonly key: string
  readonly failures: number
  readonly lastFailureAt: Seconds
  readonly expiresAt: Seconds
}

/** Of a grant, what decides on an access token. */
export type GrantStanding = Pick<GrantRecord, 'flow' | 'scope' | 'claims' | 'authTime' | 'revokedAt'>

/** What userinfo tells of a person. */
export type PersonProfile = PersonStatus & Pick<PersonRecord, 'username' | 'email' | 'claims' | 'updatedAt'>

/** Whether the person is there and may act: all that most decisions need of them. */
export interface PersonStatus {
  readonly personId: string
  readonly disabled: boolean
}
