/**
 * What the recorder is shown of an exchange. Most exchanges are not recorded, so what is only for the record is made when
 * it is read.
 */
import type { Refused } from '@symbolon/protocol/decision'
import type { StepNumber } from '@symbolon/protocol/flow'
import type { Band, Check } from '@symbolon/protocol/trace'
import type { Observed } from '../ports/issuer.ts'
import type { Arrival, ExchangeName, Reply } from './exchange.ts'

interface Ended extends Pick<Arrival, 'request' | 'trail'> {
  readonly reply: Reply | undefined
  readonly refused: Refused | undefined
}

export class SeenExchange implements Observed {
  readonly flow: string
  readonly band: Band
  readonly step: StepNumber | undefined
  readonly from: 'client' | 'resource-server'
  readonly to = 'authorization-server'
  readonly at: number
  readonly took: number
  readonly status: number | undefined
  readonly params: URLSearchParams
  readonly refused: Refused | undefined
  readonly outcome: 'ok' | 'refused' | 'failed'
  readonly client: string | undefined
  readonly person: string | undefined
  readonly grant: string | undefined
  readonly #path: string
  readonly #ended: Ended

  constructor({ path, step, band: usual, from = 'client' }: ExchangeName, ended: Ended) {
    const { request, trail, reply, refused } = ended
    const { flow = request.flow, band = usual, client, person, grant } = trail.about
    this.flow = flow
    this.band = band
    this.step = step
    this.from = from
    this.at = request.receivedAt
    this.took = Math.max(0, Date.now() - request.receivedAt)
    this.status = reply?.status
    this.params = request.form.size > 0 ? request.form : request.query
    this.refused = refused
    this.outcome = reply === undefined ? 'failed' : refused ? 'refused' : 'ok'
    this.client = client
    this.person = person
    this.grant = grant
    this.#path = path
    this.#ended = ended
  }

  get what(): string {
    return `${this.#ended.request.method} ${this.#path}`
  }

  get result(): readonly (readonly [string, string])[] {
    return Object.entries(this.#ended.reply?.body ?? {}).map(([name, value]) => [name, String(value)])
  }

  get checks(): readonly Check[] {
    return this.#ended.trail.checks
  }
}
