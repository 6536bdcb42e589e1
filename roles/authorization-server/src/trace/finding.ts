/**
 * Why a flow failed, and what helps: the refusal's own explanation, and what the record suggests beside it.
 *
 * Pure, so that the command line, a page and a test come to the same finding from the same events.
 */
import type { StepNumber } from '@symbolon/protocol/flow'
import { type Reason, refusals } from '@symbolon/protocol/refusals'
import type { FlowEvent, Redacted } from '@symbolon/protocol/trace'
import { compareAddresses } from './addresses.ts'

export interface Finding {
  readonly reason: Reason
  readonly step: StepNumber | undefined
  readonly expected: Redacted | undefined
  readonly got: Redacted | undefined
  readonly why: string
  /** What probably happened, where the record shows it. */
  readonly likely: string | undefined
  readonly fix: string
  readonly spec: string
}

/** The finding of the last event that was refused or failed; `undefined` when the flow went well in the end. */
export function findingOf(events: readonly FlowEvent[]): Finding | undefined {
  const ordered = events.toSorted((a, b) => a.at - b.at)
  const at = ordered.findLastIndex(({ reason }) => reason !== undefined)
  const failed = ordered[at]
  if (failed?.reason === undefined) return undefined
  // A wrong password before the right one is no failure of the flow.
  const overcome = ({ outcome, step }: FlowEvent) => outcome === 'ok' && (step ?? 0) >= (failed.step ?? 0)
  if (ordered.slice(at + 1).some(overcome)) return undefined
  const { reason, step, expected, got } = failed
  const { why, fix, spec } = refusals[reason]
  const before = ordered.slice(0, at)
  return { reason, step, expected, got, why, likely: likelyCause(failed, before), fix, spec }
}

type Detector = (failed: FlowEvent, before: readonly FlowEvent[]) => string | undefined

const detectors: Partial<Record<Reason, Detector>> = {
  code_expired: (failed, before) => {
    const issued = before.findLast(({ step, outcome }) => step !== undefined && step <= 3 && outcome === 'ok')
    return issued && `The code was ${ago(failed.at - issued.at)} old when it was redeemed.`
  },
  code_replayed: (failed, before) => {
    const first = before.findLast(({ step, outcome }) => step === 4 && outcome === 'ok')
    return first && `It was redeemed ${ago(failed.at - first.at)} before; the callback page was probably loaded twice.`
  },
  refresh_token_replayed: (failed, before) => {
    const last = before.findLast(({ band, outcome }) => band === 'refresh' && outcome === 'ok')
    return (
      last &&
      // Not every refresh is recorded.
      `The family was refreshed ${ago(failed.at - last.at)} before, and perhaps later still; an old copy of the token is in use somewhere.`
    )
  },
  code_verifier_wrong: ({ expected, got }) =>
    isClear(expected)
      ? 'The challenge was made before the verifier existed: it is the hash of an empty text.'
      : isClear(got)
        ? `The client sent ${got.clear}.`
        : 'The client kept another verifier than the one it started with; a second tab may have overwritten it.',
  code_verifier_missing: () =>
    'The client lost its verifier between redirect and callback: its cookie did not come back.',
  client_secret_wrong: ({ got }) =>
    isClear(got) ? `The client sent ${got.clear}; a file that ends in a new line is the usual cause.` : undefined,
  assertion_audience_wrong: ({ expected, got }) =>
    isClear(expected) && isClear(got) && got.clear.startsWith(expected.clear)
      ? 'The client names an endpoint, as older specifications had it; the audience is the issuer alone.'
      : undefined,
  logout_not_delivered: ({ got }) => (isClear(got) ? neverAsked[got.clear] : undefined),
}

const neverAsked: Readonly<Record<string, string>> = {
  url_refused: 'Its address is not https, and was not asked; loopback may be http in development only.',
  address_refused: 'Its address leads into a network that is not public; list it in outgoing.allow if it is yours.',
}

function likelyCause(failed: FlowEvent, before: readonly FlowEvent[]): string | undefined {
  const { reason, expected, got } = failed
  const detected = reason && detectors[reason]?.(failed, before)
  if (detected !== undefined) return detected
  return isClear(expected) && isClear(got) ? compareAddresses(expected.clear, got.clear) : undefined
}

const isClear = (value: Redacted | undefined): value is { readonly clear: string } =>
  value !== undefined && 'clear' in value

function ago(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
