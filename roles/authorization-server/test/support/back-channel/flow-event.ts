/** One recorded event, for tests to change one thing in. */
import type { FlowEvent } from '@symbolon/protocol/trace'

export const flowEvent = (change: Partial<FlowEvent> = {}): FlowEvent => ({
  v: 1,
  id: `${change.at ?? 1_000}`,
  flow: '8S1K-42QD',
  at: 1_000,
  took: 5,
  source: 'authorization-server',
  from: 'client',
  to: 'authorization-server',
  step: 1,
  band: 'request',
  what: 'GET /authorize',
  status: 200,
  params: {},
  result: {},
  checks: [],
  outcome: 'ok',
  reason: undefined,
  expected: undefined,
  got: undefined,
  client: 'app',
  person: undefined,
  grant: undefined,
  ...change,
})
