/**
 * Loads the request object of an authorization request, wherever it is, and verifies it. Nothing is fetched before the
 * client is known and has registered the address.
 *
 * @see OpenID Connect Core §6.1 to §6.3, RFC 9101 §5.2 and §6
 */

import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import { allow, type Decision, type Refused, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { one } from '@symbolon/protocol/parameters'
import type { Client } from '../client.ts'
import {
  algorithmsOf,
  objectRules,
  type RequestObject,
  readRequestObject,
  requestIn,
  sendingRules,
} from '../flow/request-object.ts'
import { type Verification, verifySigned } from '../keys/client-keys.ts'
import { isEncrypted } from '../keys/decryption-key.ts'
import type { Issuer } from '../ports/issuer.ts'
import { createTrail } from '../trace/trail.ts'
import { type Asker, objectAt } from './fetched-objects.ts'

export interface EffectiveRequest {
  readonly params: URLSearchParams
  /** Why the object is not believed; what stands outside then says no more than where to answer. */
  readonly refused: Refused | undefined
}

/** A parameter without a value counts as left out (RFC 6749 §3.1); one that came twice is refused as such. */
export const hasRequestObject = (params: URLSearchParams): boolean =>
  one(params, 'request') !== undefined || one(params, 'request_uri') !== undefined

/** The request that counts. */
export async function effectiveRequest(outside: URLSearchParams, asker: Asker): Promise<EffectiveRequest> {
  const read = await readObject(outside, asker)
  if (read.ok) return { params: read.value, refused: undefined }
  const params = new URLSearchParams(outside)
  params.delete('request')
  params.delete('request_uri')
  return { params, refused: read }
}

async function readObject(outside: URLSearchParams, asker: Asker): Promise<Decision<URLSearchParams>> {
  const { client, issuer } = asker
  const { settings, now } = issuer
  const trail = createTrail()
  const refused = trail.apply(sendingRules, { outside, client, settings })
  if (refused !== undefined) return refused
  const jwt = await textOf(outside, asker)
  if (!jwt.ok) return jwt
  const signed = isEncrypted(jwt.value) ? await issuer.keys.decrypt(jwt.value) : jwt.value
  if (signed === undefined) return refuse('request_object_not_decrypted')
  const object = readRequestObject(signed)
  if (!object.ok) return object
  const unverified = await verify(object.value, client, issuer)
  if (unverified !== undefined) return unverified
  const { claims } = object.value
  const broken = trail.apply(objectRules, { claims, outside, client, issuer: issuer.url, now: now() })
  return broken ?? allow(requestIn({ claims, client }))
}

function textOf(outside: URLSearchParams, asker: Asker): Promise<Decision<string>> | Decision<string> {
  const uri = one(outside, 'request_uri')
  return uri === undefined ? allow(one(outside, 'request') ?? '') : objectAt(uri, asker)
}

/** Only registered keys and registered algorithms: neither is chosen by what the object says of itself. */
async function verify({ jws }: RequestObject, client: Client, issuer: Issuer): Promise<Refused | undefined> {
  const { alg } = jws.header
  const allowed = algorithmsOf(client, issuer.settings)
  if (typeof alg !== 'string' || !allowed.includes(alg)) {
    return refuse('request_object_algorithm_refused', { expected: clear(allowed), got: clear(String(alg)) })
  }
  if (alg === 'none') return jws.signature.length === 0 ? undefined : refuse('request_object_malformed')
  const algorithm = verificationAlgorithms.find((name) => name === alg)
  if (algorithm === undefined) return refuse('request_object_algorithm_refused')
  return unverified[(await verifySigned(jws, { client, issuer, algorithm })).result]
}

const unverified: Readonly<Record<Verification['result'], Refused | undefined>> = {
  verified: undefined,
  key_unknown: refuse('request_object_key_unknown'),
  keys_unavailable: refuse('request_object_key_unknown'),
  signature_wrong: refuse('request_object_signature_wrong'),
}
