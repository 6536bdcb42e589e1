/** The floor's clients, their secrets as hashes, and how they authenticate. */
import { createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { callback, resources, robotScope, secret, type World, webScope } from '../../world.ts'
import { verifier } from './jwt.ts'

export interface FloorClient {
  readonly id: string
  readonly secretHash: Buffer | undefined
  readonly scopes: ReadonlySet<string>
  readonly redirect: string | undefined
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const scopesOf = (scope: string) => new Set(scope.split(' '))

export const clients: ReadonlyMap<string, FloorClient> = new Map([
  ['web', { id: 'web', secretHash: digest(secret), scopes: scopesOf(webScope), redirect: callback }],
  ['robot', { id: 'robot', secretHash: digest(secret), scopes: scopesOf(robotScope), redirect: undefined }],
  ['keyed', { id: 'keyed', secretHash: undefined, scopes: scopesOf(robotScope), redirect: undefined }],
])

export const resourceByName = new Map(Object.values(resources).map((resource) => [resource.name as string, resource]))

export const newHandle = () => randomBytes(32).toString('base64url')
export const hashOf = (handle: string) => hash('sha256', handle, 'base64url')
export const nowSeconds = () => Math.floor(Date.now() / 1_000)

export interface Authenticated {
  readonly client: FloorClient
  /** The assertion that is spent together with what is issued. */
  readonly assertion: { readonly hash: string; readonly expires: number } | undefined
}

export function authenticator(issuer: string, world: World) {
  const verify = verifier(world.clientKey.public)
  const audiences = [issuer, `${issuer}/token`]

  return async (authorization: string | undefined, form: URLSearchParams): Promise<Authenticated | undefined> => {
    if (authorization?.startsWith('Basic ')) {
      const [id = '', ...rest] = Buffer.from(authorization.slice(6), 'base64').toString().split(':')
      const client = clients.get(decodeURIComponent(id))
      if (client?.secretHash === undefined) return undefined
      const given = digest(decodeURIComponent(rest.join(':')))
      return timingSafeEqual(given, client.secretHash) ? { client, assertion: undefined } : undefined
    }
    const assertion = form.get('client_assertion')
    const client = clients.get('keyed')
    if (assertion === null || client === undefined) return undefined
    const claims = await verify(assertion)
    const { iss, sub, aud, exp, jti } = claims ?? {}
    if (iss !== client.id || sub !== client.id || !audiences.includes(String(aud))) return undefined
    if (typeof exp !== 'number' || exp <= nowSeconds() || typeof jti !== 'string') return undefined
    return { client, assertion: { hash: hashOf(jti), expires: exp } }
  }
}
