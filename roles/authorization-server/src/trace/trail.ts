/**
 * What one request passes on its way to an answer: the rules applied to it, in order, and whom it turned out to
 * concern. The endpoint hands it to the recorder; no rule knows that it exists.
 */
import { type Refused, type Rule, refuse } from '@symbolon/protocol/decision'
import type { Band, Check } from '@symbolon/protocol/trace'

export interface About {
  readonly band?: Band | undefined
  readonly flow?: string | undefined
  readonly client?: string | undefined
  readonly person?: string | undefined
  readonly grant?: string | undefined
}

export interface Trail {
  readonly checks: readonly Check[]
  readonly about: About
  /** Applies the rules up to the first that `input` breaks, and returns that one's refusal. */
  apply<Input>(rules: readonly Rule<Input>[], input: Input): Refused | undefined
  /** Notes a refusal that came from elsewhere than a table, and returns it. */
  refused(refused: Refused): Refused
  concerns(about: About): void
}

export function createTrail(): Trail {
  const checks: Check[] = []
  let about: About = {}
  return {
    checks,
    get about() {
      return about
    },
    apply(rules, input) {
      for (const { reason, broken, seen } of rules) {
        const ok = !broken(input)
        checks.push({ rule: reason, ok })
        if (!ok) return refuse(reason, seen?.(input))
      }
      return undefined
    },
    refused(refused) {
      checks.push({ rule: refused.reason, ok: false })
      return refused
    },
    concerns(more) {
      about = { ...about, ...more }
    },
  }
}
