/** Clients that the suite registers itself, as its plans with `client_registration=dynamic_client` do. */
import assert from 'node:assert/strict'
import type { ResponseType } from 'conformance/clients'
import { exportJWK, generateKeyPair } from 'jose'
import { type Harness, jsonFrom } from './harness.ts'
import { createParty, type Party, type PartyClient } from './party.ts'

type Json = Readonly<Record<string, unknown>>

/** The suite has one key for all clients of a plan, which has no name. */
const { privateKey, publicKey } = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(publicKey)), use: 'sig', alg: 'RS256' }

/** What the suite sends in every registration, changed by `changes`; only the Dynamic plan signs assertions. */
export const registrationOf = ({ at }: Harness, responseType: ResponseType, changes: Json = {}): Json => ({
  client_name: 'Conformance suite',
  grant_types: [
    ...(responseType.includes('code') ? ['authorization_code'] : []),
    ...(responseType === 'code' ? [] : ['implicit']),
  ],
  response_types: [responseType],
  token_endpoint_auth_method: 'client_secret_basic',
  jwks: { keys: [jwk] },
  redirect_uris: [at.callback],
  contacts: ['certification@oidf.org'],
  ...changes,
})

export const sendRegistration = (harness: Harness, registration: Json): Promise<Response> =>
  fetch(harness.endpoint('registration_endpoint'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(registration),
  })

export interface Registered {
  readonly client: PartyClient
  readonly body: Json
  /** The registration as it is read later. */
  read(): Promise<Json>
  /** What the suite does at the end of every module. */
  end(): Promise<void>
}

export async function register(
  harness: Harness,
  responseType: ResponseType = 'code',
  changes: Json = {},
): Promise<Registered> {
  const response = await sendRegistration(harness, registrationOf(harness, responseType, changes))
  const body = (await response.json()) as Json
  assert.equal(response.status, 201, String(body.error_description))
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  assert.match(response.headers.get('cache-control') ?? '', /no-store/)
  assert.equal('client_secret' in body, 'client_secret_expires_at' in body)
  const signs = body.token_endpoint_auth_method === 'private_key_jwt'
  const at = String(body.registration_client_uri)
  assert.equal(new URL(at).protocol, 'https:')
  const headers = { authorization: `Bearer ${body.registration_access_token}` }
  const [redirectUri] = body.redirect_uris as readonly string[]
  return {
    client: {
      clientId: String(body.client_id),
      redirectUri: redirectUri ?? '',
      credentials: signs
        ? { by: 'private_key_jwt', key: privateKey, algorithm: 'RS256' }
        : { by: 'client_secret_basic', secret: String(body.client_secret) },
    },
    body,
    read: () => jsonFrom(at, { headers }),
    async end() {
      assert.equal((await fetch(at, { method: 'DELETE', headers })).status, 204)
      assert.equal((await fetch(at, { headers })).status, 401)
    },
  }
}

/** Registers, lets `run` act as the client, and takes the registration away again. */
export async function withRegistered(
  harness: Harness,
  { responseType = 'code', ...changes }: Json & { readonly responseType?: ResponseType },
  run: (party: Party, registered: Registered) => Promise<unknown>,
): Promise<void> {
  const registered = await register(harness, responseType, changes)
  await run(createParty({ harness, client: registered.client, responseType, responseMode: 'default' }), registered)
  await registered.end()
}

/** Sends what must be refused; gives the error. */
export async function expectRefusal(
  harness: Harness,
  changes: Json,
  responseType: ResponseType = 'code',
): Promise<unknown> {
  const response = await sendRegistration(harness, registrationOf(harness, responseType, changes))
  assert.equal(response.status, 400)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  const { error, ...more } = (await response.json()) as Json
  assert.deepEqual(Object.keys(more), ['error_description'])
  return error
}
