/** The configuration's clients, resources and people as the records that the store keeps. */
import { keepSecret, type Owner, stillKept } from '@symbolon/authorization-server/client-authentication/kept-secret'
import { hashOf } from '@symbolon/authorization-server/handles'
import type { ClientRecord, PersonRecord, ResourceRecord } from '@symbolon/authorization-server/ports/records'
import type { Claims, ClaimValue } from '@symbolon/protocol/claims'
import type { ClientDeclaration, PersonDeclaration, ResourceDeclaration } from './schema.ts'

type Untimed<R> = Omit<R, 'createdAt' | 'updatedAt'>

export function clientRecord(
  client: ClientDeclaration,
  { known, ...installation }: Omit<Owner, 'clientId'> & { readonly known: ClientRecord | undefined },
): Untimed<ClientRecord> {
  const { id, client_secret = [], disabled = false, ...metadata } = client
  const owner = { clientId: id, ...installation }
  const kept = (known?.secrets ?? []).flatMap((one) => stillKept(one, metadata, owner))
  return {
    clientId: id,
    metadata: defined(metadata),
    // Sealed anew it would be a change at every start.
    secrets: client_secret.map(
      (secret) => kept.find(({ hash }) => hash === hashOf(secret)) ?? keepSecret(secret, metadata, owner),
    ),
    disabled,
    declared: true,
  }
}

export const resourceRecord = ([resource, declared]: ResourceDeclaration): ResourceRecord => ({
  resource,
  name: declared.name,
  tokenFormat: declared.token_format,
  tokenLifetime: declared.token_lifetime ?? null,
  signingAlgorithm: declared.signing_algorithm ?? null,
  scopes: declared.scopes.map(([scope, { title, detail = {}, risk, optional }]) => ({
    scope,
    title,
    detail,
    risk,
    optional,
  })),
  declared: true,
})

export const personRecord = (
  person: PersonDeclaration,
  { personId, passwordHash }: Pick<PersonRecord, 'personId' | 'passwordHash'>,
): Untimed<PersonRecord> => ({
  personId,
  username: person.username,
  email: person.email ?? null,
  passwordHash,
  claims: claimsOf(person),
  disabled: person.disabled ?? false,
  declared: true,
})

const claimsOf = ({
  email,
  claims = {},
}: Pick<PersonDeclaration, 'email'> & { readonly claims?: object | undefined }) =>
  ({ ...(email !== undefined && { email }), ...defined({ ...claims }) }) as Claims

/** Without the keys that were not given, however deep. */
function defined(value: Readonly<Record<string, unknown>>): Readonly<Record<string, ClaimValue>> {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(
    entries.map(([key, item]) => [key, isPlainMap(item) ? defined(item) : (item as ClaimValue)]),
  )
}

const isPlainMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
