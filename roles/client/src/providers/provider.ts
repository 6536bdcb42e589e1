/** What the flow needs to know of a provider, and what differs between providers. One file here for each kind. */
import type { Claims } from '@symbolon/protocol/claims'
import type { AuthorizationServer, Client, ClientAuth } from 'oauth4webapi'
import type { AllowHttp, Fetch } from '../network.ts'

export interface Provider {
  /** Compared character for character; every credential is kept for this issuer alone. */
  readonly issuer: string
  /** Whether sign-ins ask for an ID token, which then must come and be valid. */
  readonly openid: boolean
  readonly client: Client
  readonly authenticate: () => Promise<ClientAuth>
  readonly scopes: readonly string[]
  /** The API that the access token is for (RFC 8707). */
  readonly resource: string | undefined
  /** Where an access token may be sent: these addresses and what lies below them. */
  readonly apis: readonly string[]
  readonly responseMode: 'query' | 'form_post'
  /** Further parameters of the authorization request. */
  readonly parameters: Readonly<Record<string, string>>
  readonly allowHttp: AllowHttp
  /** Where the provider may send the browser after signing it out; it must be registered there. */
  readonly postLogoutRedirectUri: string | undefined
  readonly metadata: (network: Fetch) => Promise<AuthorizationServer>
  /** Brings an answer of the token endpoint into the form of RFC 6749 §5. */
  readonly readTokenResponse: (response: Response) => Promise<Response>
  /** Who signed in, asked with the access token that this very sign-in gave. */
  readonly person: (question: PersonQuestion) => Promise<User>
}

export interface PersonQuestion {
  readonly metadata: AuthorizationServer
  readonly network: Fetch
  readonly accessToken: string
  readonly scopes: readonly string[]
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
