/** What the flow needs to know of a provider, and what differs between providers. One file here for each kind. */
import type { Claims } from '@symbolon/protocol/claims'
import type { JWK } from 'jose'
import type { AuthorizationServer, Client, ClientAuth } from 'oauth4webapi'
import type { FindKey } from '../jwt/keys.ts'
import type { Encryption } from '../jwt/open.ts'
import type { AllowHttp, Fetch } from '../network.ts'
import type { ManagedRegistration } from '../registration-management.ts'

/** What the authorization endpoint gives. `code` unless there is a reason. */
export type ResponseType =
  | 'code'
  | 'code id_token'
  | 'code token'
  | 'code id_token token'
  | 'id_token'
  | 'id_token token'

export interface Provider {
  /** Compared character for character; every credential is kept for this issuer alone. */
  readonly issuer: string
  /** `undefined` for a provider that gives no ID tokens; with OpenID one must come and be valid. */
  readonly openid: OpenIdRules | undefined
  /** `undefined` while a client that registers itself has not done so. */
  readonly clientId: () => string | undefined
  readonly scopes: readonly string[]
  /** The API that the access token is for (RFC 8707). */
  readonly resource: string | undefined
  /** Where an access token may be sent: these addresses and what lies below them. */
  readonly apis: readonly string[]
  readonly responseType: ResponseType
  readonly responseMode: 'query' | 'form_post' | 'fragment'
  /** Further parameters of the authorization request. */
  readonly parameters: Readonly<Record<string, string>>
  readonly allowHttp: AllowHttp
  /** Where the provider may send the browser after signing it out; it must be registered there. */
  readonly postLogoutRedirectUri: string | undefined
  readonly connect: (site: Site) => Promise<Connection>
  /** `undefined` for a client that did not register itself. */
  readonly manage: ((network: Fetch) => ManagedRegistration) | undefined
  /** Brings an answer of the token endpoint into the form of RFC 6749 §5. */
  readonly readTokenResponse: (response: Response) => Promise<Response>
  /** Who signed in, asked with the access token that this very sign-in gave. */
  readonly person: (connection: Connection, question: PersonQuestion) => Promise<User>
}

export interface OpenIdRules {
  /** Where userinfo is told the access token. */
  readonly userinfoToken: 'header' | 'body'
  /** Who else an ID token may be for. */
  readonly trustedAudiences: readonly string[]
  readonly requestObject: RequestObjectForm | undefined
  /** Whether the provider tells us that a session has ended there. */
  readonly logoutNotices: boolean
  /** Our public keys, for whoever verifies what we sign and encrypts what we read. */
  readonly publicKeys: readonly JWK[]
}

export interface RequestObjectForm {
  readonly by: 'value' | 'reference'
  /** `undefined` for one that nobody signs. */
  readonly key: JWK | undefined
  /** How one is encrypted that says something of a person; `undefined` when it is not. */
  readonly encrypted: Encryption | undefined
}

/** Our side, as a provider sees it: its own addresses for each provider (RFC 9700 §4.4.2.2). */
export interface Site {
  readonly network: Fetch
  readonly addresses: Addresses
}

export interface Addresses {
  readonly redirect: string
  readonly signedOut: string
  readonly initiate: string
  readonly keys: string
  /** What all addresses of request objects begin with. */
  readonly requests: string
  readonly backChannelLogout: string
  readonly frontChannelLogout: string
}

/** A provider as it is today: what it says of itself, its keys, and which client we are there. */
export interface Connection {
  readonly provider: Provider
  readonly metadata: AuthorizationServer
  /** As it is registered there, in the words of RFC 7591. */
  readonly client: Client
  readonly authenticate: ClientAuth
  readonly findKey: FindKey
  /** The provider's public keys. */
  readonly theirKeys: () => Promise<readonly JWK[]>
  readonly decryptionKeys: readonly JWK[]
  readonly network: Fetch
}

export interface PersonQuestion {
  /** `undefined` where only an ID token was asked for. */
  readonly accessToken: string | undefined
  readonly scopes: readonly string[]
  /** Of the authorization request, besides those that every request has. */
  readonly parameters: Readonly<Record<string, string>>
  /** Of the validated ID token; `undefined` from a provider without OpenID. */
  readonly claims: Claims | undefined
}

/** The person, identified by issuer and `sub` together and by nothing else (OpenID Connect Core §5.7). */
export type User = Claims & {
  readonly sub: string
  readonly name?: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly picture?: string
}
