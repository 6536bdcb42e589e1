/**
 * How much room outgoing requests have: places at once, of which those who are less known get fewer, and a pace at which
 * strangers may have one host asked, for they choose hosts that are not theirs.
 */
import type { OutgoingRequest } from '@symbolon/authorization-server/ports/outgoing'
import { createPace } from '@symbolon/authorization-server/recent'

const mostAtOnce = 100
/** Strangers have as many slow hosts as they like; keys and notices of logout must get through all the same. */
const mostByAnybody = 50
const mostForStrangers = 25
/** One slow host can't take all places, nor can strangers who know a slow page of a known client's. */
const mostToOneHost = 8
const mostToOneHostForStrangers = 4

export interface Places {
  /** `undefined` when there is no room; otherwise call the result when the request is over. */
  enter(host: string, how: OutgoingRequest): (() => void) | undefined
}

export function createPlaces(): Places {
  const toHost = new Map<string, number>()
  const taken = { all: 0, byAnybody: 0, forStrangers: 0 }
  const take = ({ byAnybody, forStranger }: OutgoingRequest, by: 1 | -1) => {
    taken.all += by
    if (byAnybody) taken.byAnybody += by
    if (forStranger) taken.forStrangers += by
  }
  return {
    enter(host, how) {
      const others = toHost.get(host) ?? 0
      if (taken.all >= mostAtOnce || others >= mostToOneHost) return undefined
      if (how.forStranger && others >= mostToOneHostForStrangers) return undefined
      if (how.byAnybody && taken.byAnybody >= mostByAnybody) return undefined
      if (how.forStranger && taken.forStrangers >= mostForStrangers) return undefined
      toHost.set(host, others + 1)
      take(how, 1)
      return () => {
        take(how, -1)
        const left = (toHost.get(host) ?? 1) - 1
        if (left === 0) toHost.delete(host)
        else toHost.set(host, left)
      }
    },
  }
}

const mostInAMinute = 120

export interface HostPace {
  /** Counts the request, when it may be made. */
  allows(host: string): boolean
}

/** `clock` in milliseconds, from anywhere. */
export function createHostPace(clock: () => number = () => performance.now()): HostPace {
  const pace = createPace({ mostInAMinute })
  return { allows: (host) => pace.allows(host, clock() / 1_000) }
}
