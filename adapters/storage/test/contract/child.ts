/** Another process on the same database: told what to do by its arguments and when to begin by a message. */
import { once } from 'node:events'
import type { FlowBatch, Write } from '@symbolon/authorization-server/ports/store'
import type { FlowRoom } from '../../src/flow-room.ts'
import { openDatabase } from '../../src/open.ts'
import type { Migration } from '../../src/sql.ts'
import * as a from '../samples.ts'
import { batch, event } from '../samples.ts'
import { many, openAt } from './place.ts'

/** What a child does, and what it sends back. */
export type Order =
  /** Opens the storage and counts a failure of `children`. */
  | { readonly do: 'open'; readonly location: string }
  /** Tries each commit; sends the places of those it won. */
  | { readonly do: 'commit'; readonly location: string; readonly commits: readonly (readonly Write[])[] }
  /** Commits one thing after the other until it is killed; sends the number of each that is committed. */
  | { readonly do: 'commit-on'; readonly location: string }
  /** Changes a client and a resource one time after the other; sends the number of each that is committed. */
  | { readonly do: 'change-clients'; readonly location: string; readonly times: number }
  /** Appends these batches of the record, one after the other. */
  | {
      readonly do: 'append'
      readonly location: string
      readonly room: FlowRoom
      readonly batches: readonly FlowBatch[]
    }
  /** Appends batches of ten events until it is killed; sends the number of each that is written. */
  | { readonly do: 'append-on'; readonly location: string }
  /** Runs these migrations, and stops for ever before they are committed. */
  | { readonly do: 'stop-half-way'; readonly location: string; readonly migrations: readonly Migration[] }

const send = (message: unknown) => process.send?.(message)
const order: Order = JSON.parse(process.argv[2] ?? '')

async function begin(): Promise<void> {
  send('ready')
  await once(process, 'message')
}

async function obey(): Promise<unknown> {
  switch (order.do) {
    case 'open': {
      await begin()
      await using storage = await openAt(order.location)
      await storage.store.commit([{ do: 'count-failure', key: 'children', now: 1, expiresAt: 2 }])
      return 'open'
    }
    case 'commit': {
      await using storage = await openAt(order.location)
      await begin()
      const answers = await Promise.all(order.commits.map((writes) => storage.store.commit(writes)))
      return answers.flatMap(({ committed }, place) => (committed ? [place] : []))
    }
    case 'commit-on': {
      const storage = await openAt(order.location)
      for (let number = 0; ; number++) {
        await storage.store.commit([
          { do: 'claim', name: `${number}`, version: 0 },
          { do: 'revoke-jti', jti: `${number}`, expiresAt: 9 },
        ])
        send(number)
      }
    }
    case 'change-clients': {
      await using storage = await openAt(order.location)
      await begin()
      for (let number = 0; number < order.times; number++) {
        await storage.store.commit([
          { do: 'put-client', client: { ...a.client, updatedAt: number } },
          { do: 'put-resource', resource: { ...a.resource, tokenLifetime: number } },
        ])
        send(number)
      }
      return 'changed'
    }
    case 'append': {
      await using storage = await openAt(order.location, 'as', { flowRoom: order.room })
      await begin()
      for (const batch of order.batches) await storage.store.flows.append([batch], 9_000)
      return 'appended'
    }
    case 'append-on': {
      const storage = await openAt(order.location)
      for (let number = 0; ; number++) {
        const events = many(10, (index) => ({ ...event, id: `${number}-${index}`, flow: `F-${number}`, at: number }))
        await storage.store.flows.append([batch(events, 'machines')], 9_000)
        send(number)
      }
    }
    case 'stop-half-way': {
      const database = await openDatabase(order.location)
      await database.migrate([...order.migrations, stopping])
      return 'not stopped'
    }
  }
}

const stopping: Migration = {
  name: 'never',
  get text(): string {
    send('half-way')
    // The transaction is open, and this process does nothing any more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    return ''
  },
}

send(await obey())
process.disconnect?.()
