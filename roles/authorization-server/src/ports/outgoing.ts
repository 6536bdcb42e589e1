/**
 * The only way out: every request that this server makes to an address that a client gave goes through here.
 *
 * Whoever registers an address or sends one must not make this server speak to its own network, wait for ever or read
 * without end. So only https, only addresses of the public internet, no redirects, a limit for time and for size.
 *
 * @see RFC 9700 §4.11, OpenID Connect Core §6.2, RFC 7591 §5 (addresses that come from clients)
 */
export interface Outgoing {
  /** Never rejects: what went wrong is a value, and says nothing of what is behind an address that is refused. */
  fetch(url: string, how?: OutgoingRequest): Promise<OutgoingAnswer>
}

export interface OutgoingRequest {
  readonly method?: 'GET' | 'POST' | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
  /** Bytes of the answer's body. */
  readonly limit?: number | undefined
  /** Milliseconds until the answer must be here, whole. */
  readonly timeout?: number | undefined
  /** The media types that the body of a good answer may have; any unless given. */
  readonly accept?: readonly string[] | undefined
  /** Nobody has proven anything before it is made: such requests leave room for all others. */
  readonly byAnybody?: boolean | undefined
  /** It goes where a client wants it that nobody here has looked at: such requests leave room, and spare each host. */
  readonly forStranger?: boolean | undefined
  /** Only the status counts: nothing of the body is waited for. */
  readonly statusOnly?: boolean | undefined
}

export type OutgoingAnswer =
  | {
      readonly ok: true
      /** Any but a redirect's. */
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly text: string
    }
  | { readonly ok: false; readonly problem: OutgoingProblem }

export type OutgoingProblem =
  /** No address of this kind is asked: not https, with a user in it, or none at all. */
  | 'url_refused'
  /** It leads into a network that is not public. */
  | 'address_refused'
  /** Too many requests are under way, or to that host; or strangers have asked that host too often. */
  | 'busy'
  | 'unreachable'
  /** It could not prove to be that host. */
  | 'untrusted'
  | 'too_slow'
  | 'too_large'
  | 'redirected'
  | 'type_wrong'

/** For an issuer that asks nobody. */
export const nothingGoesOut: Outgoing = { fetch: async () => ({ ok: false, problem: 'url_refused' }) }
