/**
 * What the client does with its own registration later: it reads it, replaces it and takes it away. The token for that
 * goes only to the place that came with it, from the issuer that it is kept for.
 *
 * @see RFC 7592 §2, §3
 */
import { AuthError } from './errors.ts'
import { isErrorName } from './flow/3-authorization-response.ts'
import type { Fetch } from './network.ts'
import { isUsable } from './providers/discovery.ts'
import type { Registering } from './registration.ts'
import type { Metadata } from './registration-metadata.ts'
import { shown } from './shown.ts'

/** One after the other, since each may bring the token for the next. Secrets go to `register.save` and nowhere else. */
export interface ManagedRegistration {
  /** As it is at the provider today. */
  readonly read: () => Promise<Metadata>
  /** What is not named stays as it is; what is `undefined` is taken away. */
  readonly replace: (change: Metadata) => Promise<Metadata>
  /** The next sign-in registers anew. Other processes of the app go on with what they know until they restart. */
  readonly remove: () => Promise<void>
}

export interface ManagementSettings {
  readonly issuer: string
  readonly registering: Registering
  readonly network: Fetch
  /** What was saved is another one now. */
  readonly changed: () => void
}

const secrets = ['registration_access_token', 'client_secret']

/** What the provider says, and a client may not (RFC 7592 §2.2). */
const ofTheProvider = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
]

/** What would name another client, or choose a secret. */
const fixed = [...ofTheProvider, 'client_id', 'client_secret']

export function createManagement({ issuer, registering, network, changed }: ManagementSettings): ManagedRegistration {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work)
    last = next.catch(() => undefined)
    return next
  }

  const load = async (): Promise<Metadata> => {
    const registration = await registering.load()
    if (registration?.issuer === issuer && typeof registration.client.client_id === 'string') return registration.client
    throw new AuthError('registration_failed', { expected: `a registration at ${issuer}`, got: 'none' })
  }
  const save = async (client: Metadata): Promise<void> => {
    await registering.save({ issuer, client })
    changed()
  }
  const send = async (method: string, client: Metadata, body?: Metadata): Promise<Response> => {
    const { registration_client_uri: uri, registration_access_token: token } = client
    if (typeof token !== 'string') {
      throw new AuthError('registration_failed', { expected: 'a registration_access_token that was kept', got: 'none' })
    }
    return network(placeIn(uri, issuer), {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  }
  const take = async (response: Response, before: Metadata): Promise<Metadata> => {
    const answer = await clientIn(response)
    if (answer.client_id !== before.client_id) {
      throw new AuthError('registration_failed', { expected: shown(before.client_id), got: 'another client_id' })
    }
    const client = { ...only(before, ['registration_client_uri', ...secrets]), ...answer }
    placeIn(client.registration_client_uri, issuer)
    await save(client)
    return without(client, secrets)
  }

  return {
    read: () =>
      inTurn(async () => {
        const client = await load()
        return take(await send('GET', client), client)
      }),
    replace: (change) =>
      inTurn(async () => {
        const client = await load()
        const whole = { ...without(client, ofTheProvider), ...without(change, fixed) }
        return take(await send('PUT', client, whole), client)
      }),
    remove: () =>
      inTurn(async () => {
        const response = await send('DELETE', await load())
        if (response.status !== 204) throw await refusedBy(response, '204')
        await save({})
      }),
  }
}

function placeIn(uri: unknown, issuer: string): string {
  if (typeof uri === 'string' && isUsable(uri, new URL(issuer))) return uri
  throw new AuthError('registration_failed', { expected: 'registration_client_uri: an https address', got: shown(uri) })
}

async function clientIn(response: Response): Promise<Metadata> {
  if (response.status !== 200) throw await refusedBy(response, '200 with the client')
  const body: unknown = await response.json().catch(() => undefined)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body }
  throw new AuthError('registration_failed', { expected: 'the client as a JSON object', got: '200' })
}

async function refusedBy(response: Response, expected: string): Promise<AuthError> {
  const { status } = response
  if (status >= 500) return new AuthError('provider_unavailable', { expected, got: String(status) })
  const body: unknown = await response.json().catch(() => undefined)
  const name = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  return new AuthError('registration_failed', {
    expected,
    got: typeof name === 'string' && isErrorName(name) ? name : String(status),
  })
}

const without = (client: Metadata, names: readonly string[]): Metadata =>
  Object.fromEntries(Object.entries(client).filter(([name]) => !names.includes(name)))

const only = (client: Metadata, names: readonly string[]): Metadata =>
  Object.fromEntries(Object.entries(client).filter(([name]) => names.includes(name)))
