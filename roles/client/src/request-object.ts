/**
 * The authorization request as a JWT: in the address, or at one of our own from which the provider fetches it.
 *
 * @see OpenID Connect Core §6, RFC 9101
 */
import { hash, randomBytes } from 'node:crypto'
import { UnsecuredJWT } from 'jose'
import { issueRequestObject } from 'oauth4webapi'
import { claimsIn } from './asked.ts'
import { attemptLifetime } from './attempts.ts'
import { encryptedTo } from './jwt/encrypt.ts'
import { signingKey } from './providers/client-authentication.ts'
import type { Connection } from './providers/provider.ts'
import { reached, type SessionStore } from './store.ts'

/** OpenID wants these outside as well, since they must make a valid OAuth request (OpenID Connect Core §6.1). */
const outside = ['client_id', 'response_type', 'scope']

export interface RequestObjects {
  readonly keep: (object: string) => Promise<string>
  readonly find: (id: string) => Promise<string | undefined>
}

export function createRequestObjects(store: SessionStore, now: () => number): RequestObjects {
  const key = (id: string) => `request ${hash('sha256', id, 'base64url')}`
  return {
    async keep(object) {
      const id = randomBytes(16).toString('base64url')
      const expiresAt = Math.ceil(now() / 1000) + attemptLifetime
      await reached(() => store.set({ key: key(id), value: object, expiresAt, onlyIfPresent: false }))
      return id
    },
    find: (id) => reached(() => store.get(key(id))),
  }
}

export interface Wrapping {
  /** What addresses of request objects begin with. */
  readonly base: string
  readonly objects: RequestObjects | undefined
}

/** The same request, in the form that the settings ask for. */
export async function asRequestObject(connection: Connection, plain: URL, { base, objects }: Wrapping): Promise<URL> {
  const form = connection.provider.openid?.requestObject
  if (!form) return plain
  const url = new URL(connection.metadata.authorization_endpoint ?? '')
  for (const name of outside) {
    const value = plain.searchParams.get(name)
    if (value !== null) url.searchParams.set(name, value)
  }
  const signed = await objectOf(connection, plain.searchParams)
  const isPersonal = form.encrypted !== undefined && tellsOfAPerson(plain.searchParams)
  const object = isPersonal ? await encryptedTo(connection, form.encrypted, signed) : signed
  if (form.by === 'value' || !objects) url.searchParams.set('request', object)
  else url.searchParams.set('request_uri', `${base}${await objects.keep(object)}`)
  return url
}

/** By a name, by a token about somebody, or by what a claim must be (OpenID Connect Core §16.21). */
function tellsOfAPerson(params: URLSearchParams): boolean {
  if (params.has('login_hint') || params.has('id_token_hint')) return true
  const { id_token = {}, userinfo = {} } = claimsIn(params.get('claims') ?? '') ?? {}
  return [id_token, userinfo]
    .flatMap((claims) => Object.values(claims ?? {}))
    .some((claim) => claim?.value !== undefined || claim?.values !== undefined)
}

async function objectOf({ provider, metadata, client }: Connection, params: URLSearchParams): Promise<string> {
  const jwk = provider.openid?.requestObject?.key
  if (jwk) {
    const key = await signingKey(jwk)
    const signed = { key, ...(jwk.kid !== undefined && { kid: jwk.kid }) }
    return issueRequestObject(metadata, client, params, signed)
  }
  const { max_age, claims, ...rest } = Object.fromEntries(params)
  const payload = {
    ...rest,
    ...(max_age !== undefined && { max_age: Number(max_age) }),
    ...(claims !== undefined && { claims: JSON.parse(claims) }),
  }
  return new UnsecuredJWT(payload).setIssuer(client.client_id).setAudience(metadata.issuer).encode()
}
