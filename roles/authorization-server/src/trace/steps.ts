/**
 * A recorded flow as numbered steps between the four roles.
 *
 * The authorization server sees only what passes through it; what must have happened in between is filled in, and
 * marked. Response and request of one exchange are recorded together and told as two steps.
 */
import { type Role, type Step, type StepNumber, steps } from '@symbolon/protocol/flow'
import type { FlowEvent } from '@symbolon/protocol/trace'

export interface TracedStep {
  /** One of the seven, or `undefined` for what stands beside the main flow: a revocation, userinfo. */
  readonly number: StepNumber | undefined
  readonly name: string
  readonly from: Role
  readonly to: Role
  readonly channel: 'front' | 'back'
  /** Nobody recorded it, but what followed can't have happened without it. */
  readonly inferred: boolean
  readonly event: FlowEvent | undefined
}

export function stepsOf(events: readonly FlowEvent[]): readonly TracedStep[] {
  const traced: TracedStep[] = []
  let reached = 0
  const infer = (upTo: number): void => {
    for (const step of steps) if (step.number > reached && step.number < upTo) traced.push(of(step, undefined))
  }
  for (const event of events.toSorted((a, b) => a.at - b.at)) {
    const step = steps.find(({ number }) => number === event.step)
    if (step === undefined) {
      // A resource server asks about a token because a client has shown it (step 6).
      const shown = event.from === 'resource-server' && reached === 5
      if (shown) infer(7)
      traced.push(besides(event))
      if (shown) reached = 6
      continue
    }
    if (startsFromPerson(event)) infer(step.number)
    traced.push(of(step, event))
    reached = Math.max(reached, reachedBy(step, event))
    const response = responseIn(event)
    if (response === undefined) continue
    infer(response.number)
    traced.push(of(response, event))
    reached = Math.max(reached, reachedBy(response, event))
  }
  if (reached === 6) infer(8)
  return traced
}

/** Who got an access token with the authorization response needs no token request to go on (RFC 6749 §4.2). */
const reachedBy = ({ number }: Step, { result }: FlowEvent): StepNumber =>
  number === 3 && 'access_token' in result ? 5 : number

/** An authorization request has its response in the same event when no page had to be shown. */
const responseIn = ({ step, result }: FlowEvent): Step | undefined =>
  step === 1 ? ('iss' in result ? steps[2] : undefined) : step && responses.get(step)

/** Requests whose response always stands in the same event. */
const responses = new Map<StepNumber, Step>([
  [4, steps[4]],
  [6, steps[6]],
])

/** Only a flow with a code had a person in it: a refresh or a client's own request has no steps before the fourth. */
function startsFromPerson({ step, params: { grant_type: grant } }: FlowEvent): boolean {
  return step !== 4 || (grant !== undefined && 'clear' in grant && grant.clear === 'authorization_code')
}

const of = ({ number, name, from, to, channel }: Step, event: FlowEvent | undefined): TracedStep => ({
  number,
  name,
  from,
  to,
  channel,
  inferred: event === undefined,
  event,
})

const besides = (event: FlowEvent): TracedStep => ({
  number: undefined,
  name: event.what,
  from: event.from,
  to: event.to,
  channel: event.from === 'resource-owner' || event.to === 'resource-owner' ? 'front' : 'back',
  inferred: false,
  event,
})
