/** `resources`: the APIs tokens are for. Stays until it is deleted. */
import type { ResourceRecord } from '@symbolon/authorization-server/ports/records'
import { flag, isFlag, json, parsed } from '../columns.ts'
import { statement } from '../sql.ts'

export type ResourceRow = {
  readonly resource: string
  readonly name: string
  readonly token_format: string
  readonly token_lifetime: number | null
  readonly signing_algorithm: string | null
  readonly scopes: string
  readonly declared: number
}

const columns = 'resource, name, token_format, token_lifetime, signing_algorithm, scopes, declared'

export const listResources = statement<Record<never, never>, ResourceRow>(
  'resources.list',
  `select ${columns} from resources where issuer_id = :issuer_id order by resource`,
)

/** At least one row: of which version the registry is, and in that version each resource, all null when there is none. */
export const listRegisteredResources = statement<
  { name: string },
  { readonly version: number | null } & (ResourceRow | { readonly resource: null })
>(
  'resources.list_registered',
  `select v.version, ${columns.replace(/\w+/g, 'r.$&')}
   from (select 1 as place) base
   left join versions v on v.issuer_id = :issuer_id and v.name = :name
   left join resources r on r.issuer_id = :issuer_id
   order by r.resource`,
)

export const putResource = statement<ResourceRow>(
  'resources.put',
  `insert into resources (issuer_id, ${columns})
   values (:issuer_id, :resource, :name, :token_format, :token_lifetime, :signing_algorithm, :scopes, :declared)
   on conflict (issuer_id, resource) do update set
     name = excluded.name, token_format = excluded.token_format, token_lifetime = excluded.token_lifetime,
     signing_algorithm = excluded.signing_algorithm, scopes = excluded.scopes, declared = excluded.declared`,
)

export const deleteResource = statement<{ resource: string }>(
  'resources.delete',
  'delete from resources where issuer_id = :issuer_id and resource = :resource',
)

export const resourceRow = (resource: ResourceRecord): ResourceRow => ({
  resource: resource.resource,
  name: resource.name,
  token_format: resource.tokenFormat,
  token_lifetime: resource.tokenLifetime,
  signing_algorithm: resource.signingAlgorithm,
  scopes: json(resource.scopes),
  declared: flag(resource.declared),
})

export const resourceRecord = (row: ResourceRow): ResourceRecord => ({
  resource: row.resource,
  name: row.name,
  tokenFormat: row.token_format as ResourceRecord['tokenFormat'],
  tokenLifetime: row.token_lifetime,
  signingAlgorithm: row.signing_algorithm as ResourceRecord['signingAlgorithm'],
  scopes: parsed(row.scopes),
  declared: isFlag(row.declared),
})
