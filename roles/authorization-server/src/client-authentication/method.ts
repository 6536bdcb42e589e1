/**
 * What a client authentication method is: how its credentials are recognised, read and proven.
 *
 * Reading says which client is meant; proving says whether it is that client. Between the two the client is found
 * and its registration decides whether the method may be used at all.
 *
 * @see RFC 6749 §2.3, OpenID Connect Core §9
 */
import type { Decision, Refused } from '@symbolon/protocol/decision'
import type { AuthenticationMethod, Client } from '../client.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'
import type { Spend } from '../ports/store.ts'
import type { Trail } from '../trace/trail.ts'

/** The parts of a request in which credentials can stand: the header and the body, never the URL. */
export interface Presented {
  readonly form: URLSearchParams
  readonly authorization: string | undefined
  readonly remoteAddress: string
}

export interface Method {
  /** Several that look alike: which of them it is, the registration says. */
  readonly names: readonly AuthenticationMethod[]
  /** Whether the request uses this method, well or badly. */
  readonly used: (presented: Presented) => boolean
  readonly read: (presented: Presented) => Decision<Credentials>
}

export interface Credentials {
  readonly clientId: string
  /** What others could guess, where the client proves itself by a word that both know, or by what that word makes. */
  readonly secret?: string | undefined
  /** The refusal, if they are not good. Does the same work when there is no client they could be good for. */
  readonly prove: (attempt: Attempt) => Refused | undefined | Promise<Refused | undefined>
}

export interface Attempt {
  readonly client: Client | undefined
  readonly issuer: Issuer
  readonly now: Seconds
  readonly trail: Trail
  /** Uses up credentials that are good once; `false` when they were used before. */
  readonly spend: (write: Spend) => boolean | Promise<boolean>
}
