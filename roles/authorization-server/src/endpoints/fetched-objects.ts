/**
 * Request objects at addresses of clients. Anybody can send a browser here with an address that is registered, so an address
 * is asked once in a few seconds, for all who wait; what its digest proves is not asked for again; and a network may have
 * only so many fetched. What a page can ask for by itself, unseen, is not fetched, or counted apart if it is a frame.
 *
 * Clients that nobody has looked at have places and counts of their own: nothing of theirs takes those of others.
 *
 * @see OpenID Connect Core §6.2, RFC 9101 §5.2 and §10.4.1
 */
import { allow, type Decision, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import type { Client } from '../client.ts'
import { isAsMeant, longestObject } from '../flow/request-object.ts'
import { hashOf } from '../handles.ts'
import { once } from '../once.ts'
import { networkOf } from '../people/throttle.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { OutgoingAnswer } from '../ports/outgoing.ts'
import type { Seconds } from '../ports/records.ts'
import { createPace, createRecent } from '../recent.ts'
import type { Arrival } from './arrival.ts'

/** Whatever is there, and whether anything is. */
const betweenTwo: Seconds = 5
/** What a client wants nobody to have any more it takes away, or puts another there. */
const proven: Seconds = 86_400
/** Each object has 16 kB at most. */
const mostAddresses = 200
/** Of one network in a minute; a whole company may be one. */
const most = { ours: 120, strangers: 60 } as const
/** As many of that again for frames, which have a count of their own: silent renewal needs few. */
const inFrames = 1 / 2
/** Milliseconds that somebody waits in front of an empty window. */
const patience = 5_000

export interface Asker {
  readonly client: Client
  readonly issuer: Issuer
  readonly remoteAddress: string
  readonly arrival: Arrival
}

/** The text at an address that the client registered; with a digest, the text that has it. */
export async function objectAt(uri: string, asker: Asker): Promise<Decision<string>> {
  const { client, issuer } = asker
  if (asker.arrival === 'part of a page') return refuse('request_uri_without_navigation')
  const [address = '', digest] = uri.split('#', 2)
  const room = roomsOf(issuer)[client.unreviewed ? 'strangers' : 'ours']
  const before = room.proven.get(address)
  if (before !== undefined && before.digest === digest && issuer.now() < before.until) return allow(before.text)
  const text = await room.ask(address, { ...asker, arrival: asker.arrival })
  if (!text.ok) return text
  const actual = hashOf(text.value)
  const object = text.value.trim()
  if (digest === actual) room.proven.set(address, { digest, text: object, until: issuer.now() + proven })
  return isAsMeant(uri, text.value, client) ? allow(object) : refuse('request_uri_changed')
}

interface Navigating extends Asker {
  readonly arrival: Exclude<Arrival, 'part of a page'>
}

interface Answered {
  readonly text: Decision<string>
  readonly from: Seconds
  readonly until: Seconds
}

const roomsOf = once((issuer: Issuer) => ({
  ours: createRoom(issuer, most.ours),
  strangers: createRoom(issuer, most.strangers),
}))

function createRoom({ outgoing, now }: Issuer, mostInAMinute: number) {
  const lately = createRecent<Answered>(mostAddresses)
  const underWay = new Map<string, Promise<Decision<string>>>()
  const paces = {
    window: createPace({ mostInAMinute }),
    frame: createPace({ mostInAMinute: mostInAMinute * inFrames }),
  }

  const fetchFrom = async (address: string, { unreviewed }: Client): Promise<Decision<string>> => {
    const how = { limit: longestObject, timeout: patience, byAnybody: true, forStranger: unreviewed }
    const answer = await outgoing.fetch(address, how)
    const text = textIn(answer)
    const from = now()
    lately.set(address, { text, from, until: from + keptFor(answer) })
    return text
  }

  return {
    proven: createRecent<{ readonly digest: string; readonly text: string; readonly until: Seconds }>(mostAddresses),

    ask(address: string, { client, remoteAddress, arrival }: Navigating): Promise<Decision<string>> | Decision<string> {
      const before = lately.get(address)
      // Nothing is kept for longer than that, though the clock was set back since.
      if (before !== undefined && before.from <= now() && now() < before.until) return before.text
      const waiting = underWay.get(address)
      if (waiting !== undefined) return waiting
      if (!paces[arrival].allows(networkOf(remoteAddress), now())) return tooOften
      const asked = fetchFrom(address, client).finally(() => underWay.delete(address))
      underWay.set(address, asked)
      return asked
    },
  }
}

const tooOften = refuse('request_uri_asked_too_often', { retryAfter: 60 })

function textIn(answer: OutgoingAnswer): Decision<string> {
  if (answer.ok && answer.status === 200) return allow(answer.text)
  // That says nothing of the client.
  if (!answer.ok && answer.problem === 'busy') return tooOften
  return refuse('request_uri_unreadable', { got: clear(answer.ok ? `status ${answer.status}` : answer.problem) })
}

/** Not at all what we could not ask for, nor what the client says is for one only. */
function keptFor(answer: OutgoingAnswer): Seconds {
  if (!answer.ok) return answer.problem === 'busy' ? 0 : betweenTwo
  return /\b(?:no-store|no-cache|max-age=0)\b/i.test(answer.headers['cache-control'] ?? '') ? 0 : betweenTwo
}
