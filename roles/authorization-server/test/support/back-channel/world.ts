/** A whole issuer in memory or on PostgreSQL, with a clock that stands still: what the back channel's tests act on. */
import { randomBytes } from 'node:crypto'
import { challengeOf } from '@symbolon/protocol/pkce'
import type { Check } from '@symbolon/protocol/trace'
import { openStorage } from '@symbolon/storage/open'
import type { Answer, Endpoint, EndpointRequest } from '../../../src/endpoints/endpoint.ts'
import { hashOf, newHandle } from '../../../src/handles.ts'
import { maintainKeys } from '../../../src/keys/lifecycle.ts'
import { createKeyRing, type ReloadableKeyRing } from '../../../src/keys/ring.ts'
import { createSealing } from '../../../src/keys/sealing.ts'
import { defaultSettings, type Issuer, type Observed, type Settings } from '../../../src/ports/issuer.ts'
import { nothingGoesOut, type Outgoing } from '../../../src/ports/outgoing.ts'
import type { ClientRecord, CodeRecord, PersonRecord, ResourceRecord, ScopeRecord } from '../../../src/ports/records.ts'
import type { Write } from '../../../src/ports/store.ts'

export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 appendix B
export const secret = 'a secret with a colon: and a plus +'

export const photos = 'https://photos.example'
export const prints = 'https://prints.example/api'

const scope = (name: string): ScopeRecord => ({
  scope: name,
  title: { en: name },
  detail: {},
  risk: 'normal',
  optional: false,
})

export const resources: readonly ResourceRecord[] = [
  {
    resource: photos,
    name: 'Photos',
    tokenFormat: 'jwt',
    tokenLifetime: null,
    signingAlgorithm: null,
    scopes: [scope('photos.read'), scope('photos.write')],
    declared: true,
  },
  {
    resource: prints,
    name: 'Prints',
    tokenFormat: 'opaque',
    tokenLifetime: 120,
    signingAlgorithm: null,
    scopes: [scope('prints.order')],
    declared: true,
  },
]

export const alice: PersonRecord = {
  personId: 'person-alice',
  username: 'alice',
  email: 'alice@example.com',
  passwordHash: null,
  claims: { name: 'Alice', email_verified: true, phone_number: null, locale: 'pt-PT' },
  disabled: false,
  declared: true,
  createdAt: 100,
  updatedAt: 200,
}

const all = ['authorization_code', 'refresh_token', 'client_credentials']

export function clientRecord(
  clientId: string,
  metadata: Readonly<Record<string, unknown>> = {},
  secrets: ClientRecord['secrets'] = [],
): ClientRecord {
  return {
    clientId,
    metadata: { redirect_uris: [callback(clientId)], grant_types: all, ...metadata },
    secrets,
    disabled: false,
    declared: true,
    createdAt: 100,
    updatedAt: 100,
  }
}

export const callback = (clientId: string): string => `https://${clientId}.example/callback`

const withSecret = [{ hash: hashOf(secret), expiresAt: null }]

/** A public client, two confidential ones, and a resource server. */
export const clients: readonly ClientRecord[] = [
  clientRecord('app'),
  clientRecord('other'),
  clientRecord('shop', { token_endpoint_auth_method: 'client_secret_basic', resources: [photos, prints] }, withSecret),
  clientRecord('poster', { token_endpoint_auth_method: 'client_secret_post', scope: 'photos.read openid' }, withSecret),
  clientRecord('library', { grant_types: [], introspects: [photos] }, withSecret),
]

export interface World extends AsyncDisposable {
  readonly issuer: Issuer
  readonly keys: ReloadableKeyRing
  readonly clock: { now: number }
  readonly observed: Observed[]
  /** What the server does now and then: expired rows go. */
  readonly sweep: () => Promise<number>
  readonly put: (...writes: readonly Write[]) => Promise<void>
  /** An authorization code, as step 3 would have made it, and the code itself. */
  readonly code: (change?: Partial<CodeRecord>) => Promise<string>
  readonly call: (endpoint: Endpoint, request?: Call) => Promise<Said>
}

export interface Call {
  readonly form?: string | Readonly<Record<string, string>> | URLSearchParams
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  /** For a route that takes JSON. */
  readonly json?: unknown
  readonly parts?: Readonly<Record<string, string>>
  readonly remoteAddress?: string
}

export interface Said {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  readonly answer: Answer
}

export async function createWorld({
  location = 'memory',
  settings = {},
  outgoing = nothingGoesOut,
}: {
  readonly location?: string
  readonly settings?: Partial<Settings>
  readonly outgoing?: Outgoing
} = {}): Promise<World> {
  const storage = await openStorage(location)
  const url = 'https://id.example'
  const store = await storage.issuer(url)
  const clock = { now: 1_800_000_000 }
  const now = () => clock.now
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes))
  const sealing = createSealing('a secret of at least thirty-two characters')
  const all: Settings = { ...defaultSettings, ...settings }
  const keys = createKeyRing({ store, sealing, now, settings: all })
  const observed: Observed[] = []
  const issuer: Issuer = {
    url,
    settings: all,
    store,
    keys,
    sealing,
    passwords: { hash: async () => '', verify: async () => false },
    recorder: { record: (event) => observed.push(event) },
    outgoing,
    now,
    random,
  }
  const put = async (...writes: readonly Write[]) => {
    await store.commit(writes)
  }
  await put(
    ...resources.map((resource) => ({ do: 'put-resource', resource }) as const),
    ...clients.map((client) => ({ do: 'put-client', client }) as const),
    { do: 'put-person', person: alice },
  )
  await maintainKeys(issuer)

  return {
    issuer,
    keys,
    clock,
    observed,
    sweep: () => storage.sweep(clock.now, 1_000),
    put,
    async code(change = {}) {
      const code = newHandle(random)
      const clientId = change.clientId ?? 'app'
      await put({
        do: 'insert-code',
        code: {
          codeHash: hashOf(code),
          grantId: newHandle(random),
          flow: 'AAAA-BBBB',
          clientId,
          personId: alice.personId,
          sessionId: 'session',
          redirectUri: callback(clientId),
          redirectUriSent: true,
          codeChallenge: challengeOf(verifier),
          scope: ['openid', 'offline_access', 'photos.read'],
          resources: [photos],
          nonce: 'n-0S6_WzA2Mj',
          claims: null,
          authTime: clock.now - 60,
          amr: ['pwd'],
          createdAt: clock.now,
          expiresAt: clock.now + all.codeLifetime,
          redeemedAt: null,
          ...change,
        },
      })
      return code
    },
    async call(endpoint, { form = '', query = '', headers = {}, method = 'POST', ...more } = {}) {
      const request: EndpointRequest = {
        method,
        path: '/',
        parts: more.parts ?? {},
        json: more.json,
        query: new URLSearchParams(query),
        form: new URLSearchParams(form as Record<string, string>),
        unreadable: undefined,
        headers,
        cookies: new Map(),
        remoteAddress: more.remoteAddress ?? '192.0.2.1',
        receivedAt: clock.now * 1000,
        flow: 'CCCC-DDDD',
      }
      const answer = await endpoint(request, issuer)
      return {
        status: 'status' in answer ? answer.status : 0,
        body: answer.kind === 'json' ? (answer.body as Readonly<Record<string, unknown>>) : {},
        headers: answer.headers ?? {},
        answer,
      }
    },
    [Symbol.asyncDispose]: () => storage.close(),
  }
}

/** The Authorization header of RFC 6749 §2.3.1. */
export function basic(clientId: string, password = secret): Readonly<Record<string, string>> {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  return { authorization: `Basic ${Buffer.from(`${encode(clientId)}:${encode(password)}`).toString('base64')}` }
}

/** The form by which `app` redeems its code; changed where a test wants another. */
export const redemption = (code: string, change: Readonly<Record<string, string | undefined>> = {}) => {
  const form: Record<string, string | undefined> = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback('app'),
    code_verifier: verifier,
    client_id: 'app',
    ...change,
  }
  return Object.fromEntries(Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** The payload of a JWT, unverified. */
export const claimsOf = (jwt: unknown): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(String(jwt).split('.')[1] ?? '', 'base64url').toString())

export const headerOf = (jwt: unknown): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(String(jwt).split('.')[0] ?? '', 'base64url').toString())

/** The rule that refused, as the recorder has it. */
export const brokenRule = (checks: readonly Check[] | undefined): string | undefined =>
  checks?.findLast(({ ok }) => !ok)?.rule
