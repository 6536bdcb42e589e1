/**
 * Which part of the record an event goes into, and how much of its kind is recorded.
 *
 * A person's flow is recorded whole. Programs repeat themselves, and strangers can send any number of requests: of each
 * kind of theirs so much is recorded that one sees what goes on, and the rest is counted.
 *
 * @see docs/decisions/0017-what-is-recorded.md
 */
import type { Band } from '@symbolon/protocol/trace'
import type { Observed } from '../ports/issuer.ts'
import type { FlowTrack } from '../ports/store.ts'
import { type Allowance, createAllowance } from './allowance.ts'

const programs: ReadonlySet<Band> = new Set(['token', 'refresh', 'introspection', 'revoke', 'api', 'discovery'])

const isByProgram = ({ band, from }: Observed): boolean => programs.has(band) && from !== 'resource-owner'

const isRefused = ({ outcome }: Observed): boolean => outcome === 'refused' || outcome === 'failed'

/** The token request of a code is the only one of a program's that belongs to the story of a person. */
export function trackOf(observed: Observed): FlowTrack {
  if (observed.person === undefined) return isByProgram(observed) ? 'machines' : 'visitors'
  return isByProgram(observed) && observed.band !== 'token' ? 'machines' : 'people'
}

/** Of what kind an event is, and out of which allowance it is recorded; `undefined` for what always is. */
export interface Limited {
  readonly allowance: Allowance
  readonly kind: string
}

export function createLimits(now: () => number): (observed: Observed, track: FlowTrack) => Limited | undefined {
  const machines = createAllowance({
    each: { burst: 50, perSecond: 5 },
    together: { burst: 2_000, perSecond: 200 },
    now,
  })
  const refusals = createAllowance({ each: { burst: 50, perSecond: 5 }, together: { burst: 500, perSecond: 50 }, now })
  const visitors = createAllowance({
    each: { burst: 200, perSecond: 20 },
    together: { burst: 500, perSecond: 50 },
    now,
  })

  return (observed, track) => {
    const { band, client = '', refused } = observed
    if (track === 'people' && !(isByProgram(observed) && isRefused(observed))) return undefined
    if (isRefused(observed)) return { allowance: refusals, kind: `${band} ${refused?.reason ?? ''} ${client}` }
    if (track === 'visitors') return { allowance: visitors, kind: `${band} ${client}` }
    return { allowance: machines, kind: `${band} ${client}` }
  }
}
