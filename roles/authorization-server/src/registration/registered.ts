/**
 * A client as it is kept and as it is told of itself. A secret is told once, when it is made, and can't be asked for.
 *
 * @see RFC 7591 §3.2.1, RFC 7592 §3
 */
import { keepSecret, newSecret, stillKept } from '../client-authentication/kept-secret.ts'
import { newHandle } from '../handles.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { ClientRecord, Seconds } from '../ports/records.ts'
import { type Metadata, memberOf } from './members.ts'

export interface Registered {
  readonly client: ClientRecord
  /** `undefined` when it has none, or keeps the one it has. */
  readonly secret: string | undefined
}

/** Our own keys beside those of the standards: nobody sets them for themselves. */
interface Standing {
  readonly reviewed: boolean
  readonly compatible: boolean
}

export function registered(
  metadata: Metadata,
  about: {
    readonly issuer: Pick<Issuer, 'random' | 'sealing' | 'url'>
    readonly standing: Standing
    readonly now: Seconds
    readonly before: ClientRecord | undefined
  },
): Registered {
  const { issuer, standing, now, before } = about
  const usesSecret = metadata.token_endpoint_auth_method?.startsWith('client_secret_') === true
  const clientId = before?.clientId ?? newHandle(issuer.random)
  const owner = { clientId, url: issuer.url, sealing: issuer.sealing }
  const kept = usesSecret ? (before?.secrets ?? []).flatMap((one) => stillKept(one, metadata, owner)) : []
  const secret = usesSecret && kept.length === 0 ? newSecret(issuer, metadata) : undefined
  return {
    secret,
    client: {
      clientId,
      metadata: {
        ...oursIn(before),
        ...metadata,
        ...(!standing.reviewed && { reviewed: false }),
        // Relying parties from before PKCE have a secret and a nonce.
        ...(standing.compatible && { compatible: true }),
      },
      secrets: secret === undefined ? kept : [keepSecret(secret, metadata, owner)],
      disabled: before?.disabled ?? false,
      declared: false,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    },
  }
}

const isStandard = (name: string): boolean => memberOf(name) !== undefined

const standings: readonly string[] = ['reviewed', 'compatible']

/** What an administrator set stays when the client replaces what is its own; only how it stands here is decided anew. */
const oursIn = (before: ClientRecord | undefined): ClientRecord['metadata'] =>
  Object.fromEntries(
    Object.entries(before?.metadata ?? {}).filter(([name]) => !isStandard(name) && !standings.includes(name)),
  )

export function describeRegistered(
  { client, secret }: Registered,
  { issuer, token }: { readonly issuer: Pick<Issuer, 'url'>; readonly token: string },
): Readonly<Record<string, unknown>> {
  const told = Object.entries(client.metadata).filter(([name]) => isStandard(name))
  return {
    ...Object.fromEntries(told),
    client_id: client.clientId,
    client_id_issued_at: client.createdAt,
    ...(secret !== undefined && { client_secret: secret }),
    // It lasts as long as the client does.
    ...(client.secrets.length > 0 && { client_secret_expires_at: 0 }),
    registration_access_token: token,
    registration_client_uri: `${issuer.url}/register/${client.clientId}`,
  }
}
