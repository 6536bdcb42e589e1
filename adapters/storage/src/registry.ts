/**
 * Clients and resources, read from the database only when they have changed. Each change raises a number in its own
 * commit; a request begins by reading that number, and what was read at another number is read again. So no request
 * acts on what any process had changed before it began, and hardly any reads more than the number.
 *
 * Only what is there is remembered: a client that is added raises nothing.
 */
import type { ClientRecord } from '@symbolon/authorization-server/ports/records'
import type { Registry } from '@symbolon/authorization-server/ports/store'
import { isSame, rememberAll } from './remember.ts'
import type { Sql } from './sql.ts'
import { type ClientRow, clientRecord, findRegisteredClient } from './statements/clients.ts'
import { listRegisteredResources, type ResourceRow, resourceRecord } from './statements/resources.ts'
import { findVersion, registryVersion } from './statements/versions.ts'
import { together } from './together.ts'

const mostClients = 10_000

type KnownClient = { readonly version: number; readonly row: ClientRow; readonly client: ClientRecord }
type Standing = Registry & { readonly version: number }

const name = registryVersion

/** Gives the registry of one issuer as it is when asked for. */
export function registryOf(sql: Sql): () => Promise<Registry> {
  const clients = new Map<string, KnownClient>()
  const resourcesOf = rememberAll(resourceRecord)
  let standing: Standing | undefined

  const read = async (): Promise<number> => (await sql.one(findVersion, { name }))?.version ?? 0
  const look = sql.remote ? together(read) : read

  const readClient = async (clientId: string): Promise<ClientRecord | undefined> => {
    const found = await sql.one(findRegisteredClient, { client_id: clientId, name })
    if (found === undefined || found.client_id === null) return undefined
    const { version, ...row } = found
    const before = clients.get(clientId)
    const client = before !== undefined && isSame(before.row, row) ? before.client : clientRecord(row)
    clients.delete(clientId)
    clients.set(clientId, { version: version ?? 0, row, client })
    const [oldest] = clients.keys()
    if (clients.size > mostClients && oldest !== undefined) clients.delete(oldest)
    return client
  }

  const stand = async (): Promise<Standing> => {
    const found = await sql.many(listRegisteredResources, { name })
    const version = found[0]?.version ?? 0
    const rows = found.flatMap(({ version: _, ...row }) => (row.resource === null ? [] : [row as ResourceRow]))
    return {
      version,
      resources: resourcesOf(rows),
      client: (clientId) => {
        const known = clients.get(clientId)
        return known?.version === version ? known.client : readClient(clientId)
      },
    }
  }

  return async () => {
    const version = await look()
    if (standing?.version === version) return standing
    const read = await stand()
    standing = read
    return read
  }
}
