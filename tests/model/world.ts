/** The server as the stories drive it: its own handler in this process, on a clock that only a story moves. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { routes } from '@symbolon/authorization-server/endpoints/routes'
import { hashOf } from '@symbolon/authorization-server/handles'
import { maintainKeys, rotateKeys } from '@symbolon/authorization-server/keys/lifecycle'
import { createKeyRing } from '@symbolon/authorization-server/keys/ring'
import { createSealing } from '@symbolon/authorization-server/keys/sealing'
import { createPasswords } from '@symbolon/authorization-server/people/passwords'
import { defaultSettings, type Issuer, type Settings } from '@symbolon/authorization-server/ports/issuer'
import { nothingGoesOut } from '@symbolon/authorization-server/ports/outgoing'
import type {
  ClientRecord,
  PersonRecord,
  ResourceRecord,
  SigningKeyRecord,
} from '@symbolon/authorization-server/ports/records'
import type { Storage, Store, Write } from '@symbolon/authorization-server/ports/store'
import { findToken, livenessRules } from '@symbolon/authorization-server/tokens/find'
import { createHandler } from '@symbolon/http/handle'
import type { HttpResponse } from '@symbolon/http/message'
import { firstBroken } from '@symbolon/protocol/decision'
import { challengeOf } from '@symbolon/protocol/pkce'
import { apps, type BrowserName, browsers, type PersonName, people } from './actions.ts'
import { lifetimes, startOfTime } from './state.ts'

export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const secretOf = (client: string) => `the secret of ${client}, which is long`
const password = 'print my photos'
export const callbackOf = (client: string) => `https://${client}.example/callback`
export const library = 'https://library.example'
export const archive = 'https://archive.example'

const cheap = createPasswords((bytes) => randomBytes(bytes), { memory: 8, passes: 1, parallelism: 1 })
const passwordHash = await cheap.hash(password)
const sealing = createSealing('a secret of at least thirty-two characters')

const settings: Settings = {
  ...defaultSettings,
  codeLifetime: lifetimes.code,
  accessTokenLifetime: lifetimes.access,
  idTokenLifetime: lifetimes.access,
  refreshTokenIdle: lifetimes.refreshIdle,
  refreshTokenLifetime: lifetimes.refresh,
  refreshRetryWindow: lifetimes.retryWindow,
  interactionLifetime: lifetimes.interaction,
  sessionLifetime: lifetimes.session,
  jwksCache: lifetimes.jwksCache,
}

const times = { declared: true, createdAt: startOfTime, updatedAt: startOfTime } as const

const personOf = (name: PersonName): PersonRecord => ({
  personId: name,
  username: name,
  email: `${name}@people.example`,
  passwordHash,
  claims: {},
  disabled: false,
  ...times,
})

const clientOf = (clientId: string, metadata: Readonly<Record<string, unknown>>): ClientRecord => ({
  clientId,
  metadata: { client_name: clientId, id_token_signed_response_alg: 'ES256', ...metadata },
  secrets:
    metadata.token_endpoint_auth_method === 'none' ? [] : [{ hash: hashOf(secretOf(clientId)), expiresAt: null }],
  disabled: false,
  ...times,
})

const clientsOf = (url: string): readonly ClientRecord[] => [
  ...apps.map((name) =>
    clientOf(name, {
      redirect_uris: [callbackOf(name)],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid email offline_access photos:read photos:write archive:read',
      ...((name === 'spa' || name === 'own') && { token_endpoint_auth_method: 'none' }),
      ...(name === 'own' && { consent: 'never' }),
    }),
  ),
  clientOf('robot', { grant_types: ['client_credentials'], scope: 'photos:read archive:read' }),
  clientOf('library', { grant_types: [], introspects: [library, archive, url] }),
]

const resourceOf = (resource: string, tokenFormat: 'jwt' | 'opaque', scopes: readonly string[]): ResourceRecord => ({
  resource,
  name: resource,
  tokenFormat,
  tokenLifetime: null,
  signingAlgorithm: null,
  declared: true,
  scopes: scopes.map((scope) => ({
    scope,
    title: { en: scope },
    detail: {},
    risk: 'normal',
    optional: scope === 'photos:write',
  })),
})

/** Made once: making keys takes longer than a story. */
let firstKeys: readonly SigningKeyRecord[] | undefined

export interface Shown {
  readonly status: number
  readonly headers: HttpResponse['headers']
  readonly text: string
  /** Where the browser is sent, by redirect or by page. */
  readonly next: string | undefined
}

export interface World {
  readonly issuer: Issuer
  readonly clock: { now: number }
  /** While set, every touch of storage waits for its turn. */
  readonly turns: { wait: ((what: string) => Promise<void>) | undefined }
  get(browser: string, target: string): Promise<Shown>
  post(
    browser: string,
    target: string,
    form: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
  ): Promise<Shown>
  call(path: string, form: Readonly<Record<string, string>>, authorization?: string): Promise<HttpResponse>
  basic(client: string, right?: boolean): string
  turn(what: { readonly client: string } | { readonly person: PersonName }, disabled: boolean): Promise<void>
  turnAllOn(): Promise<void>
  rotate(): Promise<void>
  sweep(): Promise<void>
  isAlive(token: string): Promise<boolean>
}

export const signInForm = (browser: BrowserName, right: boolean) => ({
  login: browsers[browser],
  password: right ? password : 'a guess',
})

export function authorizePath(about: {
  readonly client: string
  readonly scope: readonly string[]
  readonly prompt: string | undefined
  readonly maxAge: number | undefined
}): string {
  const { client, scope, prompt, maxAge } = about
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client,
    redirect_uri: callbackOf(client),
    scope: scope.join(' '),
    state: `state of ${client}`,
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    ...(prompt !== undefined && { prompt }),
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
  })
  return `/authorize?${query}`
}

export async function openWorld(storage: Storage, name: string): Promise<World> {
  const url = `https://id.example/${name}`
  const kept = await storage.issuer(url)
  const turns: World['turns'] = { wait: undefined }
  const store = inTurns(kept, turns)
  const clock = { now: startOfTime }
  const now = () => clock.now
  const keys = createKeyRing({ store: kept, sealing, now, settings })
  const issuer: Issuer = {
    ...{ url, settings, store, keys, sealing, now },
    passwords: cheap,
    recorder: { record: () => undefined },
    random: (bytes) => randomBytes(bytes),
    outgoing: nothingGoesOut,
  }
  const writes: Write[] = [
    ...[
      resourceOf(archive, 'jwt', ['archive:read']),
      resourceOf(library, 'opaque', ['photos:read', 'photos:write']),
    ].map((resource) => ({ do: 'put-resource', resource }) as const),
    ...clientsOf(url).map((client) => ({ do: 'put-client', client }) as const),
    ...people.map((person) => ({ do: 'put-person', person: personOf(person) }) as const),
    ...(firstKeys ?? []).map((key) => ({ do: 'insert-key', key }) as const),
  ]
  await kept.commit(writes)
  await maintainKeys({ ...issuer, store: kept })
  firstKeys ??= await kept.keys.list()
  await keys.reload()

  const handle = createHandler({
    issuers: [issuer],
    routes,
    log: ({ level, cause }) => {
      if (level === 'error') throw cause ?? new Error('The server failed.')
    },
  })
  const { pathname: base, origin } = new URL(url)
  const jars = new Map<string, Map<string, { readonly value: string; readonly path: string }>>()
  const remotes = new Map<string, string>()

  const visit = async (
    browser: string,
    target: string,
    how: { readonly method: 'GET' | 'POST'; readonly body?: string },
  ): Promise<Shown> => {
    const jar = jars.get(browser) ?? new Map()
    jars.set(browser, jar)
    const remoteAddress = remotes.get(browser) ?? `192.0.2.${remotes.size + 1}`
    remotes.set(browser, remoteAddress)
    const path = `${base}${target}`.split('?')[0] ?? ''
    const cookie = [...jar]
      .filter(([, { path: below }]) => below === '/' || `${path}/`.startsWith(`${below}/`))
      .map(([key, { value }]) => `${key.split('|')[0]}=${value}`)
      .join('; ')
    const response = await handle({
      method: how.method,
      target: `${base}${target}`,
      headers: {
        cookie,
        accept: 'text/html',
        ...(how.method === 'POST' && { origin, 'content-type': 'application/x-www-form-urlencoded' }),
      },
      body: Buffer.from(how.body ?? ''),
      remoteAddress,
    })
    for (const line of [response.headers['set-cookie'] ?? []].flat()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const [, below = '/'] = /; Path=([^;]+)/i.exec(line) ?? []
      if (/; Max-Age=0/i.test(line)) jar.delete(`${key}|${below}`)
      else jar.set(`${key}|${below}`, { value, path: below })
    }
    const { location, refresh } = response.headers
    const next = String(location ?? '') || /^0;\s*url=(.*)$/.exec(String(refresh ?? ''))?.[1]
    return { status: response.status, headers: response.headers, text: String(response.body ?? ''), next }
  }

  return {
    issuer,
    clock,
    turns,
    get: (browser, target) => visit(browser, target, { method: 'GET' }),
    post: (browser, target, form) =>
      visit(browser, target, { method: 'POST', body: String(new URLSearchParams(form as Record<string, string>)) }),
    call: (path, form, authorization) =>
      handle({
        method: 'POST',
        target: `${base}${path}`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(authorization !== undefined && { authorization }),
        },
        body: Buffer.from(String(new URLSearchParams(form))),
        remoteAddress: '192.0.2.99',
      }),
    basic: (client, right = true) =>
      `Basic ${Buffer.from(`${client}:${encodeURIComponent(right ? secretOf(client) : 'a guess')}`).toString('base64')}`,
    async turn(what, disabled) {
      if ('person' in what) {
        await store.commit([{ do: 'put-person', person: { ...personOf(what.person), disabled } }])
        return
      }
      const record = clientsOf(url).find(({ clientId }) => clientId === what.client)
      assert.ok(record)
      await store.commit([{ do: 'put-client', client: { ...record, disabled } }])
    },
    async turnAllOn() {
      await store.commit([
        ...clientsOf(url).map((client) => ({ do: 'put-client', client }) as const),
        ...people.map((person) => ({ do: 'put-person', person: personOf(person) }) as const),
      ])
    },
    async rotate() {
      await rotateKeys(issuer, { force: true, algorithm: 'ES256' })
      await keys.reload()
    },
    async sweep() {
      await storage.sweep(clock.now, 10_000)
      if ((await maintainKeys(issuer)).length > 0) await keys.reload()
    },
    async isAlive(token) {
      const found = await findToken(token, { issuer: { ...issuer, store: kept }, registry: await kept.registry() })
      return found !== undefined && firstBroken(livenessRules, { token: found, now: clock.now }) === undefined
    },
  }
}

/** The same store; each call waits for its turn first, while a story lets two requests run side by side. */
function inTurns(store: Store, turns: World['turns']): Store {
  const wrap = <Part extends object>(part: Part, name: string): Part =>
    Object.fromEntries(
      Object.entries(part).map(([key, value]) => [
        key,
        typeof value === 'function'
          ? async (...given: readonly unknown[]) => {
              if (turns.wait !== undefined) await turns.wait(`${name}${key}`)
              return value.apply(part, given)
            }
          : wrap(value as object, `${key}.`),
      ]),
    ) as Part
  return wrap(store, '')
}
