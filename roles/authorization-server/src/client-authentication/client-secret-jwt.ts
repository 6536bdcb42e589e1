/**
 * `client_secret_jwt`: the statement carries a code that only who knows the client's secret can calculate; the secret
 * itself never travels.
 *
 * @see OpenID Connect Core §9, §10.1 and §16.19, RFC 7518 §3.2
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { hashFor, type MacAlgorithm, macAlgorithms } from '@symbolon/protocol/algorithms'
import { type Refused, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import type { Client } from '../client.ts'
import type { CompactJws } from '../keys/compact.ts'
import { once } from '../once.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'
import { isLongEnough, keepSecret, openSecret } from './kept-secret.ts'

const registered = { token_endpoint_auth_method: 'client_secret_jwt' }

/** What an unknown client's code is compared with: it takes as long, and is right for nobody. */
const nobodys = once(({ url, sealing, random }: Issuer) => [
  keepSecret(Buffer.from(random(64)).toString('base64url'), registered, { url, sealing, clientId: '' }),
])

interface Circumstances {
  readonly client: Client | undefined
  readonly issuer: Issuer
  readonly now: Seconds
}

/** Every secret is calculated with, so that the time taken says nothing about which one it was. */
export function verifyMac(jws: CompactJws, { client, issuer, now }: Circumstances): Refused | undefined {
  const { alg } = jws.header
  const allowed = algorithmsOf(client)
  const algorithm = allowed.find((name) => name === alg)
  if (algorithm === undefined) {
    return refuse('assertion_algorithm_refused', {
      expected: clear(allowed),
      got: clear(typeof alg === 'string' ? alg : undefined),
    })
  }
  const owner = { clientId: client?.id ?? '', url: issuer.url, sealing: issuer.sealing }
  const secrets = (client?.secrets ?? nobodys(issuer)).flatMap((kept) => {
    const secret = openSecret(kept, owner)
    return secret === undefined ? [] : [{ secret, expiresAt: kept.expiresAt }]
  })
  if (secrets.length === 0) return refuse('client_secret_unreadable')
  const long = secrets.filter(({ secret }) => isLongEnough(secret, algorithm))
  if (long.length === 0) return refuse('client_secret_too_short', { got: clear(algorithm) })
  const matching = long.filter(({ secret }) => isMacOf(jws, secret, algorithm))
  if (matching.length === 0) return refuse('assertion_signature_wrong')
  const isOver = matching.every(({ expiresAt }) => expiresAt !== null && expiresAt <= now)
  return isOver ? refuse('client_secret_expired') : undefined
}

/** The key is the secret as its octets in UTF-8. */
function isMacOf({ signed, signature }: CompactJws, secret: string, algorithm: MacAlgorithm): boolean {
  const mac = createHmac(hashFor(algorithm), secret).update(signed).digest()
  return mac.length === signature.length && timingSafeEqual(mac, signature)
}

/** All of them, or the one that is registered. */
const algorithmsOf = (client: Client | undefined): readonly MacAlgorithm[] =>
  macAlgorithms.filter((name) => (client?.authenticationSigningAlgorithm ?? name) === name)
