/**
 * How a client's secret is kept: as its hash, with which the client can be heard and the secret not be read again. Only
 * for `client_secret_jwt`, where this server must calculate with it, it is sealed beside that, for one client alone.
 *
 * @see RFC 6819 §5.1.4.1.3, OpenID Connect Core §10.1 and §16.19
 */
import type { MacAlgorithm } from '@symbolon/protocol/algorithms'
import { hashOf, newHandle } from '../handles.ts'
import type { Issuer, Sealing } from '../ports/issuer.ts'
import type { ClientSecret } from '../ports/records.ts'

/** Whose secret it is, and under what it is sealed. */
export interface Owner {
  readonly clientId: string
  /** The issuer's. */
  readonly url: string
  readonly sealing: Sealing
}

const purpose = 'client secret'
const contextOf = ({ url, clientId }: Owner) => `${url} ${clientId}`

/** Metadata in which the method of the client stands. */
interface Registered {
  readonly token_endpoint_auth_method?: string | undefined
}

export const isCalculatedWith = ({ token_endpoint_auth_method: method }: Registered): boolean =>
  method === 'client_secret_jwt'

export const keepSecret = (secret: string, registered: Registered, owner: Owner): ClientSecret => ({
  hash: hashOf(secret),
  expiresAt: null,
  ...(isCalculatedWith(registered) && { sealed: owner.sealing.seal(purpose, secret, contextOf(owner)) }),
})

/** `undefined` when it was kept as its hash only, or under another secret of the installation. */
export const openSecret = ({ sealed }: ClientSecret, owner: Owner): string | undefined =>
  sealed === undefined ? undefined : owner.sealing.open(purpose, sealed, contextOf(owner))

/** As the client may still use it: nothing is left sealed that need not be, and what can't be opened is not there. */
export function stillKept(kept: ClientSecret, registered: Registered, owner: Owner): readonly ClientSecret[] {
  const { hash, expiresAt } = kept
  if (!isCalculatedWith(registered)) return [{ hash, expiresAt }]
  return openSecret(kept, owner) === undefined ? [] : [kept]
}

/** Long enough for every algorithm that it is used with. */
export const newSecret = ({ random }: Pick<Issuer, 'random'>, registered: Registered): string =>
  isCalculatedWith(registered) ? newHandle(random) + newHandle(random) : newHandle(random)

/** A key is at least as long as what the algorithm makes of it (RFC 7518 §3.2). */
export const octetsFor: Readonly<Record<MacAlgorithm, number>> = { HS256: 32, HS384: 48, HS512: 64 }

export const isLongEnough = (secret: string, algorithm: MacAlgorithm): boolean =>
  Buffer.byteLength(secret) >= octetsFor[algorithm]
