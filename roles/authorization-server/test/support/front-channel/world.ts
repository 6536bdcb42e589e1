/** An issuer on an empty database, in memory unless told otherwise, with a person, a client and a clock that a test moves. */
import { randomBytes } from 'node:crypto'
import { challengeOf } from '@symbolon/protocol/pkce'
import { openStorage } from '@symbolon/storage/open'
import { createSealing } from '../../../src/keys/sealing.ts'
import { createPasswords } from '../../../src/people/passwords.ts'
import { defaultSettings, type Issuer, type Observed, type Settings } from '../../../src/ports/issuer.ts'
import { nothingGoesOut } from '../../../src/ports/outgoing.ts'
import type { ClientRecord, PersonRecord, ResourceRecord } from '../../../src/ports/records.ts'
import type { Storage } from '../../../src/ports/store.ts'

export const issuerUrl = 'https://id.example.com/people'
export const password = 'print my photos'
export const callback = 'https://shop.example.com/api/auth/callback/symbolon'
export const verifier = 'v'.repeat(43)
export const startOfTime = 1_800_000_000

const cheap = createPasswords((bytes) => randomBytes(bytes), { memory: 64, passes: 1, parallelism: 1 })
const passwordHash = await cheap.hash(password)

export const aClient = (clientId: string, metadata: Readonly<Record<string, unknown>> = {}): ClientRecord => ({
  clientId,
  metadata: {
    client_name: 'Print Shop',
    'client_name#de': 'Druckladen',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email address phone offline_access photos:read photos:write photos:delete',
    ...metadata,
  },
  secrets: [{ hash: 'x', expiresAt: null }],
  disabled: false,
  declared: true,
  createdAt: startOfTime - 1_000,
  updatedAt: startOfTime - 1_000,
})

export const photos: ResourceRecord = {
  resource: 'https://photos.example.com',
  name: 'Photo Library',
  tokenFormat: 'jwt',
  tokenLifetime: 300,
  signingAlgorithm: null,
  declared: true,
  scopes: [
    scope('photos:read', { optional: false, risk: 'normal' }),
    scope('photos:write', { optional: true, risk: 'normal' }),
    scope('photos:delete', { optional: true, risk: 'high' }),
  ],
}

function scope(name: string, how: { readonly optional: boolean; readonly risk: 'normal' | 'high' }) {
  return { scope: name, title: { en: `May ${name}`, de: `Darf ${name}` }, detail: { en: '' }, ...how }
}

export const aPerson = (personId: string, username: string): PersonRecord => ({
  personId,
  username,
  email: `${username}@example.com`,
  passwordHash,
  claims: { name: `${username} Example`, email_verified: true },
  disabled: false,
  declared: true,
  createdAt: startOfTime - 1_000,
  updatedAt: startOfTime - 1_000,
})

export const alice = aPerson('person-alice', 'alice')
export const bob = aPerson('person-bob', 'bob')

export interface World {
  readonly issuer: Issuer
  readonly storage: Storage
  readonly observed: readonly Observed[]
  /** ID tokens of this issuer, by their text. */
  readonly idTokens: Map<string, Readonly<Record<string, unknown>>>
  readonly wait: (seconds: number) => void
}

export async function openWorld(settings: Partial<Settings> = {}, location = 'memory'): Promise<World> {
  const storage = await openStorage(location)
  const store = await storage.issuer(issuerUrl)
  await store.commit([
    { do: 'put-client', client: aClient('shop') },
    { do: 'put-resource', resource: photos },
    { do: 'put-person', person: alice },
    { do: 'put-person', person: bob },
  ])
  let now = startOfTime
  const observed: Observed[] = []
  const idTokens = new Map<string, Readonly<Record<string, unknown>>>()
  const issuer: Issuer = {
    url: issuerUrl,
    settings: { ...defaultSettings, name: 'Example', ...settings },
    store,
    keys: {
      sign: () => Promise.reject(new Error('Nothing is signed in the front channel.')),
      verify: (jwt, typ) => Promise.resolve(typ === 'JWT' ? idTokens.get(jwt) : undefined),
      decrypt: () => Promise.resolve(undefined),
      published: () => Promise.resolve({ keys: [] }),
    },
    sealing: createSealing('s'.repeat(43)),
    passwords: cheap,
    recorder: { record: (event) => observed.push(event) },
    now: () => now,
    random: (bytes) => randomBytes(bytes),
    outgoing: nothingGoesOut,
  }
  return { issuer, storage, observed, idTokens, wait: (seconds) => (now += seconds) }
}

/** A good authorization request; `undefined` leaves a parameter out. */
export function authorizationParams(
  change: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): URLSearchParams {
  const all: Record<string, string | readonly string[] | undefined> = {
    client_id: 'shop',
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid email photos:read',
    state: 'the state',
    nonce: 'the-nonce',
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    ...change,
  }
  return new URLSearchParams(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
    ),
  )
}
