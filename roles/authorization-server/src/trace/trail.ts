/**
 * What one request passes on its way to an answer: the rules applied to it, in order, and whom it turned out to
 * concern. The endpoint hands it to the recorder; no rule knows that it exists.
 */
import { type Refused, type Rule, refuse } from '@symbolon/protocol/decision'
import type { Reason } from '@symbolon/protocol/refusals'
import type { Band, Check } from '@symbolon/protocol/trace'

export interface About {
  readonly band?: Band | undefined
  readonly flow?: string | undefined
  readonly client?: string | undefined
  readonly person?: string | undefined
  readonly grant?: string | undefined
}

export interface Trail {
  /** Made when it is read: most requests are never looked at. */
  readonly checks: readonly Check[]
  readonly about: About
  /** Applies the rules up to the first that `input` breaks, and returns that one's refusal. */
  apply<Input>(rules: readonly Rule<Input>[], input: Input): Refused | undefined
  /** Notes a refusal that came from elsewhere than a table, and returns it. */
  refused(refused: Refused): Refused
  concerns(about: About): void
}

/** So many rules of a table were passed, and then one broken, if any. */
interface Applied {
  readonly rules: readonly { readonly reason: Reason }[]
  readonly passed: number
  readonly broken: Reason | undefined
}

/** A class, for what each request makes: getters of one shape, made once. */
class RequestTrail implements Trail {
  readonly #applied: Applied[] = []
  #about: About = {}

  get checks(): readonly Check[] {
    return this.#applied.flatMap(checksOf)
  }

  get about(): About {
    return this.#about
  }

  apply<Input>(rules: readonly Rule<Input>[], input: Input): Refused | undefined {
    let passed = 0
    for (const { reason, broken, seen } of rules) {
      if (broken(input)) {
        this.#applied.push({ rules, passed, broken: reason })
        return refuse(reason, seen?.(input))
      }
      passed++
    }
    this.#applied.push({ rules, passed, broken: undefined })
    return undefined
  }

  refused(refused: Refused): Refused {
    this.#applied.push({ rules: [], passed: 0, broken: refused.reason })
    return refused
  }

  concerns({ band, flow, client, person, grant }: About): void {
    const known = this.#about
    this.#about = {
      band: band ?? known.band,
      flow: flow ?? known.flow,
      client: client ?? known.client,
      person: person ?? known.person,
      grant: grant ?? known.grant,
    }
  }
}

export const createTrail = (): Trail => new RequestTrail()

function checksOf({ rules, passed, broken }: Applied): readonly Check[] {
  const checks = rules.slice(0, passed).map(({ reason }) => ({ rule: reason, ok: true }))
  return broken === undefined ? checks : [...checks, { rule: broken, ok: false }]
}
