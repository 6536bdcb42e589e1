/** A world whose issuer signs, and a client that is registered for every answer. */
import { responseTypes } from '@symbolon/protocol/response-types'
import { maintainKeys } from '../../../src/keys/lifecycle.ts'
import { createKeyRing } from '../../../src/keys/ring.ts'
import type { Issuer, Settings } from '../../../src/ports/issuer.ts'
import { aClient, openWorld, type World } from './world.ts'

export const everything = {
  grant_types: ['authorization_code', 'implicit', 'refresh_token'],
  response_types: responseTypes,
  id_token_signed_response_alg: 'ES256',
  authorization_signed_response_alg: 'ES256',
}

export async function openSigningWorld(settings: Partial<Settings> = {}, location?: string): Promise<World> {
  const world = await openWorld({ compatibleProfile: true, signingAlgorithms: ['ES256'], ...settings }, location)
  await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', everything) }])
  const keys = createKeyRing(world.issuer)
  const issuer: Issuer = { ...world.issuer, keys }
  await maintainKeys(issuer)
  return { ...world, issuer }
}

/** The claims of a JWT, which somebody else has verified. */
export const claimsIn = (jwt: string | null): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(jwt?.split('.')[1] ?? '', 'base64url').toString())
