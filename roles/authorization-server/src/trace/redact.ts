/**
 * From what an endpoint saw to an event that holds no secret: readable is what the lists of the protocol allow, of
 * everything else its length is kept, and a keyed digest where one can see by it what is equal to what.
 */
import { hash } from 'node:crypto'
import type { Evidence } from '@symbolon/protocol/evidence'
import { masked } from '@symbolon/protocol/masked'
import {
  clearParameters,
  comparedParameters,
  type FlowEvent,
  hiddenParameters,
  type Redacted,
} from '@symbolon/protocol/trace'
import type { Observed } from '../ports/issuer.ts'

const mostParameters = 40
const longestClear = 1_000
/** What a stranger sent may not fill memory or disk: of all that may be read in one event so much is kept. */
const mostClear = 4_000

export type Digest = (value: string) => string

/**
 * Of the hash of key and value 64 bits are kept: enough to see what is equal, too little to go on hashing from. The key
 * has one length always.
 */
export const keyedDigest =
  (key: string): Digest =>
  (value) =>
    hash('sha256', `${key}${value}`, 'base64url').slice(0, 11)

export interface EventParts {
  readonly id: string
  readonly omitted: number
  readonly digest: Digest
}

export function eventOf(observed: Observed, { id, omitted, digest }: EventParts): FlowEvent {
  const { refused, person, client } = observed
  // A client that is registered may have any name.
  const known = refused?.reason === 'client_unknown' ? undefined : client
  const readable: Readable = (text, longest) => legible(text === known ? text : masked(text), longest)
  return {
    v: 1,
    id,
    flow: observed.flow,
    at: observed.at,
    took: observed.took,
    source: 'authorization-server',
    from: observed.from,
    to: observed.to,
    step: observed.step,
    band: observed.band,
    what: observed.what,
    status: observed.status,
    params: redact(observed.params ?? [], { digest, readable, mayBeNamed: isParameter }),
    result: redact(observed.result ?? [], { digest, readable, mayBeNamed: isWord }),
    checks: observed.checks ?? [],
    outcome: observed.outcome,
    reason: refused?.reason,
    expected: refused?.expected && show(refused.expected, { digest, readable }),
    got: refused?.got && show(refused.got, { digest, readable }),
    client: client === undefined ? undefined : readable(client, 255),
    person: person === undefined ? undefined : digest(person),
    grant: observed.grant,
    ...(omitted > 0 && { omitted }),
  }
}

/** What a stranger sent may be anything, in its names too; an answer's names are ours. */
const isParameter = (name: string): boolean => clearParameters.has(name) || hiddenParameters.has(name)
const isWord = (name: string): boolean => /^[\w.-]{1,40}$/.test(name) && name !== '__proto__'

type Readable = (text: string, longest: number) => string

interface Redaction {
  readonly digest: Digest
  readonly readable: Readable
  readonly mayBeNamed: (name: string) => boolean
}

function redact(
  params: Iterable<readonly [string, string]>,
  { digest, readable, mayBeNamed }: Redaction,
): FlowEvent['params'] {
  const redacted: Record<string, Redacted> = {}
  let count = 0
  let room = mostClear
  for (const [name, value] of params) {
    if (count++ >= mostParameters) break
    if (clearParameters.has(name)) {
      redacted[name] = { clear: readable(value, Math.min(room, longestClear)) }
      room = Math.max(0, room - value.length)
    } else {
      const { length } = value
      const isCompared = length > 0 && comparedParameters.has(name)
      redacted[mayBeNamed(name) ? name : '(other)'] = isCompared ? { digest: digest(value), length } : { length }
    }
  }
  return redacted
}

const show = (evidence: Evidence, { digest, readable }: Omit<Redaction, 'mayBeNamed'>): Redacted =>
  'clear' in evidence
    ? { clear: readable(evidence.clear, longestClear) }
    : { digest: digest(evidence.hidden), length: evidence.hidden.length }

/** Text that any database can hold: a stranger chose it. */
function legible(text: string, longest: number): string {
  const short = text.length > longest ? text.slice(0, longest) : text
  return short.isWellFormed() && !short.includes('\0') ? short : short.toWellFormed().replaceAll('\0', '\ufffd')
}
