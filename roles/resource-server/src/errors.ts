/** The one error this package throws: for settings that can't work and for an issuer that can't be reached. */
import type { Evidence } from '@symbolon/protocol/evidence'
import { type Reason, refusals } from '@symbolon/protocol/refusals'

/** A request that is refused is no error: `check` returns it. */
export class GuardError extends Error {
  readonly code: Reason
  readonly fix: string
  readonly expected: Evidence | undefined
  readonly got: Evidence | undefined

  constructor(
    code: Reason,
    seen: { readonly expected?: Evidence; readonly got?: Evidence; readonly cause?: unknown } = {},
  ) {
    const shown = [
      seen.expected && 'clear' in seen.expected && `expected ${seen.expected.clear}`,
      seen.got && 'clear' in seen.got && `got ${seen.got.clear}`,
    ].filter((part) => typeof part === 'string')
    super([refusals[code].why, ...shown].join('\n  '), { cause: seen.cause })
    this.name = 'GuardError'
    this.code = code
    this.fix = refusals[code].fix
    this.expected = seen.expected
    this.got = seen.got
  }
}
