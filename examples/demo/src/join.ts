/** Puts what the photo library's guard saw, steps 6 and 7, into the record of the flow that its token came from. */
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import type { GuardEvent } from '@symbolon/resource-server'

/** Never rejects: a record that can't be kept is no fault of the request it is about. */
export async function joinToFlow(event: GuardEvent, { store, recorder }: Issuer): Promise<void> {
  const { grant, at, took, method, path, checks, outcome, client } = event
  const found = grant === undefined ? undefined : await store.grants.find(grant).catch(() => undefined)
  if (found === undefined) return
  recorder.record({
    flow: found.grant.flow,
    band: 'api',
    step: 6,
    from: 'client',
    to: 'resource-server',
    what: `${method} ${path}`,
    at,
    took,
    checks,
    outcome,
    client,
    grant,
  })
}
