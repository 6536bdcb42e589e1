/**
 * The token endpoint: authenticate, parse, load, decide, mint, commit, reply.
 *
 * The order is the same for every grant type. A grant supplies parse, load and decide and can't reach the rest, so
 * that a new one can't forget to authenticate, to spend or to be recorded.
 *
 * @see RFC 6749 §3.2
 */
import { allow, type Decision, type Refused, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { one } from '@symbolon/protocol/parameters'
import type { AuthenticatedClient } from '../client.ts'
import { authenticateClient } from '../client-authentication/index.ts'
import { mintTokenResponse, type TokenResponse } from '../flow/5-token-response.ts'
import type { Grant } from '../grants/grant.ts'
import { grants } from '../grants/index.ts'
import type { Issuer } from '../ports/issuer.ts'
import { type Spend, StorageUnavailable } from '../ports/store.ts'
import { resourcesFor } from '../resource.ts'
import { type Exchange, exchange, presentedIn } from './exchange.ts'

interface GrantChoice {
  readonly grantType: string | undefined
  readonly grant: Grant<unknown, unknown> | undefined
  readonly client: AuthenticatedClient
}

const grantRules: readonly Rule<GrantChoice>[] = [
  { reason: 'grant_type_missing', broken: ({ grantType }) => grantType === undefined },
  {
    reason: 'grant_type_unsupported',
    broken: ({ grant }) => grant === undefined,
    seen: ({ grantType }) => ({ expected: clear([...grants.keys()]), got: clear(grantType) }),
  },
  {
    reason: 'grant_type_not_allowed',
    broken: ({ grant, client }) => grant === undefined || !client.grantTypes.includes(grant.grantType),
    seen: ({ grantType, client }) => ({ expected: clear(client.grantTypes), got: clear(grantType) }),
  },
]

/** What the request says of its grant, and what was found of it. */
interface Asked {
  readonly grant: Grant<unknown, unknown>
  readonly parsed: Decision<unknown>
  readonly found: unknown
}

export const token = exchange<Asked | undefined>({
  path: '/token',
  band: 'token',
  step: 4,
  async ahead({ request, issuer }) {
    const grant = grants.get(one(request.form, 'grant_type') ?? '')
    const parsed = grant?.parse(request.form)
    return grant && parsed && { grant, parsed, found: parsed.ok && (await grant.load(parsed.value, issuer.store)) }
  },
  async handle(exchange, asked) {
    /** What the client's credentials use up, to be committed together with what is issued. */
    const owed: Spend[] = []
    const decision = await serve(exchange, asked, owed)
    // Whatever became of the request, the credentials that came with it are good no more.
    if (!(await settle(owed, exchange.issuer))) return exchange.trail.refused(refuse('assertion_replayed'))
    if (!decision.ok) await revoke(decision, exchange)
    return decision.ok ? allow({ status: 200, body: { ...decision.value } }) : decision
  },
})

async function serve(exchange: Exchange, asked: Asked | undefined, owed: Spend[]): Promise<Decision<TokenResponse>> {
  const { request, trail } = exchange
  const spend = (write: Spend) => owed.push(write) > 0
  const client = await authenticateClient(presentedIn(request), { ...exchange, spend })
  if (!client.ok) return client

  const grantType = one(request.form, 'grant_type')
  const refused = trail.apply(grantRules, { grantType, grant: asked?.grant, client: client.value })
  if (refused !== undefined || asked === undefined) return refused ?? refuse('grant_type_unsupported')
  if (grantType === 'refresh_token') trail.concerns({ band: 'refresh' })
  return issue(exchange, { ...asked, client: client.value, owed })
}

/** Each lost race is one that another request won; what it left behind decides on this one. */
const attempts = 3

async function issue(
  { issuer, registry, now, trail }: Exchange,
  asked: Asked & { readonly client: AuthenticatedClient; readonly owed: Spend[] },
): Promise<Decision<TokenResponse>> {
  const { grant, parsed, client, owed } = asked
  let { found } = asked
  if (!parsed.ok) return trail.refused(parsed)
  const { settings } = issuer
  const resources = resourcesFor(client, registry.resources)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const decision = grant.decide({ request: parsed.value, client, found, resources, settings, now }, trail)
    if (!decision.ok) return decision
    // Minted before anything is spent: a signer that fails must not cost the person their code. What a lost race
    // minted never leaves this function.
    const minted = await mintTokenResponse(decision.value, issuer, now)
    const writes = [...owed, ...minted.writes]
    if (writes.length === 0) return allow(minted.body)
    const done = await issuer.store.commit(writes)
    if (done.committed) owed.length = 0
    if (done.committed) return allow(minted.body)
    // Nothing will ever come of these credentials.
    if (done.lost === 'use-assertion') return refuse('assertion_replayed')
    found = await grant.load(parsed.value, issuer.store)
  }
  throw new StorageUnavailable('Other requests kept winning the race for the same code or token.')
}

async function settle(owed: readonly Spend[], { store }: Issuer): Promise<boolean> {
  return owed.length === 0 || (await store.commit(owed)).committed
}

async function revoke({ revokeGrant: grantId }: Refused, { issuer, now }: Exchange): Promise<void> {
  if (grantId !== undefined) await issuer.store.commit([{ do: 'revoke-grant', grantId, now }])
}
