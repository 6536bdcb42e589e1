/** `clients`: stays until it is deleted, and then takes all that it was given along. */
import type { ClientRecord } from '@symbolon/authorization-server/ports/records'
import { flag, isFlag, json, parsed } from '../columns.ts'
import { spending, statement } from '../sql.ts'

export type ClientRow = {
  readonly client_id: string
  readonly metadata: string
  readonly secrets: string
  readonly disabled: number
  readonly declared: number
  readonly created_at: number
  readonly updated_at: number
}

const columns = 'client_id, metadata, secrets, disabled, declared, created_at, updated_at'

export const findClient = statement<{ client_id: string }, ClientRow>(
  'clients.find',
  `select ${columns} from clients
   where issuer_id = :issuer_id and client_id = :client_id`,
)

/** One row always: of which version the registry is, and in that version the client, all null when there is none. */
export const findRegisteredClient = statement<
  { client_id: string; name: string },
  { readonly version: number | null } & (ClientRow | { readonly client_id: null })
>(
  'clients.find_registered',
  `select v.version, ${columns.replace(/\w+/g, 'c.$&')}
   from (select 1 as place) base
   left join versions v on v.issuer_id = :issuer_id and v.name = :name
   left join clients c on c.issuer_id = :issuer_id and c.client_id = :client_id`,
)

export const listClients = statement<Record<never, never>, ClientRow>(
  'clients.list',
  `select ${columns} from clients where issuer_id = :issuer_id order by client_id`,
)

export const putClient = statement<ClientRow>(
  'clients.put',
  `insert into clients (issuer_id, ${columns})
   values (:issuer_id, :client_id, :metadata, :secrets, :disabled, :declared, :created_at, :updated_at)
   on conflict (issuer_id, client_id) do update set
     metadata = excluded.metadata, secrets = excluded.secrets, disabled = excluded.disabled,
     declared = excluded.declared, created_at = excluded.created_at, updated_at = excluded.updated_at`,
)

export const addClient = spending<ClientRow>(
  'clients.add',
  `insert into clients (issuer_id, ${columns})
   values (:issuer_id, :client_id, :metadata, :secrets, :disabled, :declared, :created_at, :updated_at)
   on conflict (issuer_id, client_id) do nothing
   returning 1 as spent`,
)

export const deleteClient = statement<{ client_id: string }>(
  'clients.delete',
  'delete from clients where issuer_id = :issuer_id and client_id = :client_id',
)

export const clientRow = (client: ClientRecord): ClientRow => ({
  client_id: client.clientId,
  metadata: json(client.metadata),
  secrets: json(client.secrets),
  disabled: flag(client.disabled),
  declared: flag(client.declared),
  created_at: client.createdAt,
  updated_at: client.updatedAt,
})

export const clientRecord = (row: ClientRow): ClientRecord => ({
  clientId: row.client_id,
  metadata: parsed(row.metadata),
  secrets: parsed(row.secrets),
  disabled: isFlag(row.disabled),
  declared: isFlag(row.declared),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
