/**
 * What a grant type is: how its parameters are read, what its decision needs, and the decision.
 *
 * Everything that grants share stands around these three, in `endpoints/token.ts`, so that no grant can forget it.
 */
import type { Decision } from '@symbolon/protocol/decision'
import type { AuthenticatedClient } from '../client.ts'
import type { Settings } from '../ports/issuer.ts'
import type { GrantRecord, Seconds } from '../ports/records.ts'
import type { Store, Write } from '../ports/store.ts'
import type { Audience, Resource } from '../resource.ts'
import type { SuccessorSeal } from '../tokens/successor.ts'
import type { About, Trail } from '../trace/trail.ts'

export interface Grant<Request, Found> {
  readonly grantType: string
  /** Reads the parameters that this grant defines. */
  parse(form: URLSearchParams): Decision<Request>
  /** Fetches what `decide` needs; the grant's only read. */
  load(request: Request, store: Store): Promise<Found>
  /** Applies the rules, of which the trail takes note. Reads no clock, no store and no request. */
  decide(input: GrantInput<Request, Found>, trail: Trail): Decision<Issuance>
}

export interface GrantInput<Request, Found> {
  readonly request: Request
  readonly client: AuthenticatedClient
  readonly found: Found
  /** Those that the client may use. */
  readonly resources: readonly Resource[]
  readonly settings: Settings
  readonly now: Seconds
}

/** What to issue, and what is used up by issuing it. Minted by step 5, committed by `endpoints/token.ts`. */
export interface Issuance {
  readonly client: AuthenticatedClient
  /** The authorization that the tokens descend from; `undefined` for a client acting for itself. */
  readonly grant: GrantRecord | undefined
  readonly audience: Audience
  readonly idToken: { readonly nonce: string | null } | undefined
  readonly refreshToken: RefreshTokenPlan
  /** What is spent and stored besides the tokens. */
  readonly writes: readonly Write[]
}

export type RefreshTokenPlan =
  /** The answer carries none: there is none, or the client keeps the one it has. */
  | { readonly do: 'nothing' }
  | { readonly do: 'issue'; readonly expiresAt: Seconds }
  | { readonly do: 'rotate'; readonly tokenHash: string; readonly seal: SuccessorSeal; readonly expiresAt: Seconds }
  /** A retry gets the successor that the first attempt got. */
  | { readonly do: 'repeat'; readonly token: string }

/** What a record that was found says about the request; only to be noted when it is the client's own. */
export const aboutGrant = (grant: Pick<GrantRecord, 'flow' | 'personId' | 'grantId'>): About => ({
  flow: grant.flow,
  person: grant.personId,
  grant: grant.grantId,
})
