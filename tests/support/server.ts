/**
 * The authorization server as people run it, on a free port, with two people, a library to ask tokens for, and the
 * clients that the tests sign in with.
 */
import type { FlowEvent } from '@symbolon/protocol/trace'
import { type RunningServer, readConfig, startServer } from '@symbolon/server'
import type { Log } from '@symbolon/server/log'
import { createPerson, type Person, type Shown } from './person.ts'
import { freePorts } from './ports.ts'

export const library = 'https://library.example'
export const archive = 'https://archive.example'
export const callback = 'https://app.example/callback'
export const secret = 'a-secret-that-is-long-enough-for-a-test'
export const password = 'print my photos'

export interface TestServer {
  readonly url: string
  readonly running: RunningServer
  readonly events: readonly FlowEvent[]
  readonly log: readonly Parameters<Log>[0][]
  person(): Person
  close(): Promise<void>
}

export interface TestServerSettings {
  readonly storage?: string
  readonly lifetimes?: Readonly<Record<string, number | string>>
  readonly clients?: readonly Readonly<Record<string, unknown>>[]
  /** Further resources, each by its identifier. */
  readonly resources?: Readonly<Record<string, unknown>>
  readonly port?: number
  readonly data?: string
  /** Anything else that a configuration may say. */
  readonly more?: Readonly<Record<string, unknown>>
}

const scope = 'openid profile email address phone offline_access photos:read photos:write archive:read'

export const clients = [
  {
    client_id: 'web',
    client_name: 'Web App',
    client_secret: secret,
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    scope,
  },
  {
    client_id: 'post',
    client_name: 'Post App',
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    scope,
  },
  {
    client_id: 'spa',
    client_name: 'Single Page',
    token_endpoint_auth_method: 'none',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    scope,
  },
  {
    client_id: 'robot',
    client_name: 'Robot',
    client_secret: secret,
    grant_types: ['client_credentials'],
    scope: 'photos:read archive:read',
  },
  {
    client_id: 'library',
    client_name: 'Library',
    client_secret: secret,
    grant_types: ['client_credentials'],
    introspects: [library, archive],
    scope: 'photos:read',
  },
] as const

/** The configuration, as a file would hold it. */
export const configFor = ({
  port,
  url,
  ...settings
}: TestServerSettings & { readonly port: number; readonly url: string }) => ({
  issuer: url,
  name: 'Test',
  listen: { host: '127.0.0.1', port },
  storage: settings.storage ?? 'memory',
  secret: 'a secret of a test, long enough to seal',
  ...(settings.data === undefined ? {} : { data: settings.data }),
  ...(settings.lifetimes === undefined ? {} : { lifetimes: settings.lifetimes }),
  clients: [...clients, ...(settings.clients ?? [])],
  resources: {
    [library]: {
      name: 'Library',
      token_format: 'jwt',
      scopes: { 'photos:read': 'See your photos', 'photos:write': { title: 'Change your photos', optional: true } },
    },
    [archive]: { name: 'Archive', token_format: 'opaque', scopes: { 'archive:read': 'See your archive' } },
    ...settings.resources,
  },
  ...settings.more,
  people: [
    {
      sub: 'alice-0001',
      username: 'alice',
      email: 'alice@example.com',
      password,
      claims: { name: 'Alice Adams', email_verified: true },
    },
    { sub: 'bob-0001', username: 'bob', email: 'bob@example.com', password, claims: { name: 'Bob Brown' } },
  ],
})

export async function startTestServer(settings: TestServerSettings = {}): Promise<TestServer> {
  const port = settings.port ?? (await freePorts(1))[0] ?? 0
  const url = `http://localhost:${port}`
  const config = readConfig(configFor({ ...settings, port, url }))
  const events: FlowEvent[] = []
  const log: Parameters<Log>[0][] = []
  const running = await startServer(config, { log: (entry) => log.push(entry), onEvent: (event) => events.push(event) })
  return {
    url,
    running,
    events,
    log,
    person: () => createPerson({ stopAt: [callback] }),
    close: () => running.close(),
  }
}

/** Goes from an authorization request to the client's callback: signs in and allows whatever is asked. */
export async function allow(person: Person, url: string, login = 'alice@example.com'): Promise<URL> {
  const shown = await allowOn(await person.open(url), person, login)
  return new URL(shown.url)
}

/**
 * Signs in and allows whatever is asked, from a page of the server on, until another site is reached; what the server has
 * for that site in a form is sent there.
 */
export async function allowOn(from: Shown, person: Person, login = 'alice@example.com'): Promise<Shown> {
  const { origin } = new URL(from.url)
  let shown = from
  for (let step = 0; step < 6 && shown.status !== 0 && new URL(shown.url).origin === origin; step++) {
    if (shown.page.querySelector('input[name=password]')) shown = await person.submit(shown, { login, password })
    else if (shown.page.querySelector('#answer')) shown = await person.submit(shown, {})
    else shown = await person.submit(shown, {}, 'decision=allow')
  }
  return shown
}
