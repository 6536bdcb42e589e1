/** Where the contract is run: a database that is empty each time. */
import { randomUUID } from 'node:crypto'
import type { Storage, Store } from '@symbolon/authorization-server/ports/store'
import { openStorage, type StorageOptions } from '../../src/open.ts'

export interface Place {
  readonly name: string
  /** The location of a database that nobody has opened yet. */
  readonly fresh: () => Promise<string>
  /** Whether a second handle sees the same database; not so in memory. */
  readonly shared: boolean
}

export interface Opened extends Storage, AsyncDisposable {
  readonly store: Store
  /** The store of another issuer in the same database. */
  readonly other: Store
}

const common = new WeakMap<Place, Promise<string>>()

/** A storage that closes itself, with two issuers that nobody has used; the database may hold others. */
export async function openFresh(place: Place): Promise<Opened> {
  const location = place.shared ? (common.get(place) ?? place.fresh()) : place.fresh()
  common.set(place, Promise.resolve(location))
  return openAt(await location, randomUUID())
}

/** The same in a database of its own. */
export const openAlone = async (place: Place): Promise<Opened> => openAt(await place.fresh())

export async function openAt(location: string, name = 'as', options: StorageOptions = {}): Promise<Opened> {
  const storage = await openStorage(location, options)
  return {
    ...storage,
    store: await storage.issuer(`https://${name}.example`),
    other: await storage.issuer(`https://other-${name}.example`),
    [Symbol.asyncDispose]: () => storage.close(),
  }
}

export const many = <Made>(count: number, make: (index: number) => Made): readonly Made[] =>
  Array.from({ length: count }, (_, index) => make(index))
