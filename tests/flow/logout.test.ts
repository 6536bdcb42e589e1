/**
 * Back-channel logout by whole servers: what one process announced is delivered by the next after it was killed, once
 * however many there are; and those hear of it, too, whose person was turned off or taken out of the configuration.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { deliverDue } from '@symbolon/authorization-server/logout/deliver'
import { challengeOf } from '@symbolon/protocol/pkce'
import { readConfig, startServer } from '@symbolon/server'
import { decodeJwt } from 'jose'
import { placeServer } from '../crash/process.ts'
import { startLogoutReceiver } from '../support/logout-receiver.ts'
import { createPerson, type Person } from '../support/person.ts'
import { freePorts } from '../support/ports.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { allow, callback, configFor, secret } from '../support/server.ts'

const verifier = 'v'.repeat(43)

/** Signs in to the app that wants to hear of it; gives the code. */
async function codeFor(
  url: string,
  person: Person,
  { login, scope = 'openid', prompt }: Signing = {},
): Promise<string> {
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: 'listening', redirect_uri: callback, scope, ...(prompt && { prompt }) },
    ...{ code_challenge: challengeOf(verifier), code_challenge_method: 'S256' },
  })
  const { searchParams } = await allow(person, `${url}/authorize?${query}`, login)
  return searchParams.get('code') ?? ''
}

interface Signing {
  readonly login?: string
  readonly scope?: string
  readonly prompt?: string
}

/** Gives the ID token. */
const signIn = async (url: string, person: Person, how?: Signing): Promise<string> =>
  redeem(url, await codeFor(url, person, how))

const redeem = async (url: string, code: string): Promise<string> => (await tokensFor(url, code)).id_token ?? ''

interface Tokens {
  readonly id_token?: string
  readonly refresh_token?: string
}

const tokensFor = (url: string, code: string): Promise<Tokens> =>
  tokenRequest(url, { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier })

async function tokenRequest(url: string, form: Readonly<Record<string, string>>): Promise<Tokens> {
  const headers = { authorization: `Basic ${Buffer.from(`listening:${secret}`).toString('base64')}` }
  const response = await fetch(`${url}/token`, { method: 'POST', headers, body: new URLSearchParams(form) })
  return (await response.json()) as Tokens
}

const listening = (uri: string) => ({
  client_id: 'listening',
  client_name: 'Listening App',
  client_secret: secret,
  redirect_uris: [callback],
  backchannel_logout_uri: uri,
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-logout-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const newPerson = () => createPerson({ stopAt: [callback] })
const sidOf = (idToken: string) => decodeJwt(idToken).sid

describe('logout tokens', () => {
  for (const kind of ['SQLite', 'PostgreSQL'] as const)
    it(`are sent by the next process when one was killed while it sent them, on ${kind} [OIDC-BCLogout-2.5-01]`, async () => {
      await using app = await startLogoutReceiver()
      const folder = newFolder()
      const storage = kind === 'SQLite' ? 'sqlite:symbolon.db' : await (await sharedPostgres()).createDatabase()
      const settings = { port: 0, url: '', clients: [listening(app.uri)] }
      const { clients } = configFor(settings)
      const server = await placeServer({ storage, folder, config: { clients, development: true } })
      await server.start()
      try {
        const person = newPerson()
        const idToken = await signIn(server.at, person)
        app.answers('hang')
        const leaving = person.open(`${server.at}/logout?id_token_hint=${idToken}`).catch(() => undefined)
        await app.upTo(1)
        await server.end('SIGKILL')
        await leaving
        app.answers(200)
        // The lease of who was killed is over.
        await server.setClock(31)
        await server.start()
        const [first, again] = await app.upTo(2)
        assert.deepEqual([first?.sid, again?.sid], [sidOf(idToken), sidOf(idToken)])
        assert.notEqual(first?.jti, again?.jti)
      } finally {
        await server.end('SIGKILL')
      }
    })

  it('are sent once by two servers on one database [OIDC-BCLogout-2.5-01]', async () => {
    await using app = await startLogoutReceiver()
    const storage = await (await sharedPostgres()).createDatabase()
    const ports = await freePorts(2)
    const url = `http://localhost:${ports[0]}`
    const clients = [listening(app.uri)]
    const servers = await Promise.all(
      ports.map((port) =>
        startServer(readConfig({ ...configFor({ port, url, storage, clients }), development: true })),
      ),
    )
    try {
      const sids = []
      for (let person = 0; person < 5; person++) sids.push(sidOf(await signIn(url, newPerson())))
      const [{ issuer } = assert.fail()] = servers
      const sessions = await issuer.store.sessions.ofPerson('alice-0001', issuer.now())
      const now = issuer.now()
      await issuer.store.commit(
        sessions.flatMap(({ sessionId }) => [
          { do: 'end-session', sessionId, now } as const,
          { do: 'announce-logout', sessionId, flow: null, now, announcedUntil: now + 60 } as const,
        ]),
      )
      const { signal } = new AbortController()
      await Promise.all([...servers, ...servers].map(({ issuer }) => deliverDue(issuer, signal)))
      assert.deepEqual(app.received.map(({ sid }) => sid).sort(), sids.sort())
      assert.deepEqual(await issuer.store.logouts.due({ now: now + 999, limit: 9, unreviewed: false }), [])
    } finally {
      await Promise.all(servers.map((server) => server.close()))
    }
  })

  it('name the session as its ID tokens do: the same when refreshed, another when the person signed in anew, and all of them when they leave', async () => {
    await using app = await startLogoutReceiver()
    const [port = 0] = await freePorts(1)
    const url = `http://localhost:${port}`
    const clients = [{ ...listening(app.uri), grant_types: ['authorization_code', 'refresh_token'] }]
    const server = await startServer(readConfig({ ...configFor({ port, url, clients }), development: true }))
    const person = newPerson()
    const first = await tokensFor(url, await codeFor(url, person, { scope: 'openid offline_access' }))
    const refreshed = await tokenRequest(url, { grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' })
    const second = await tokensFor(url, await codeFor(url, person, { prompt: 'login' }))
    const [one, same, other] = [first, refreshed, second].map(({ id_token = '' }) => decodeJwt(id_token))
    assert.equal(one?.sid, same?.sid)
    assert.equal(one?.auth_time, same?.auth_time)
    assert.notEqual(one?.sid, other?.sid)
    assert.ok(Number(other?.auth_time) >= Number(one?.auth_time))
    await person.open(`${url}/logout?id_token_hint=${first.id_token}`)
    await app.upTo(2)
    assert.deepEqual(app.received.map(({ sid }) => sid).sort(), [one?.sid, other?.sid].sort())
    await server.close()
  })

  it('are sent again to who redeems a code after the session has ended', async () => {
    await using app = await startLogoutReceiver()
    const [port = 0] = await freePorts(1)
    const url = `http://localhost:${port}`
    const clients = [{ ...listening(app.uri), grant_types: ['authorization_code', 'refresh_token'] }]
    const server = await startServer(readConfig({ ...configFor({ port, url, clients }), development: true }))
    const { store, now } = server.issuer
    const person = newPerson()
    const code = await codeFor(url, person, { scope: 'openid offline_access' })
    const [session] = await store.sessions.ofPerson('alice-0001', now())
    const asks = await person.open(`${url}/logout`)
    await person.submit(asks, {}, 'decision=sign-out')
    await app.upTo(1)
    const delivery = async () => (await store.logouts.ofSession(session?.sessionId ?? ''))[0]
    assert.deepEqual([(await delivery())?.attempts, (await delivery())?.dueAt], [1, null])
    const { sid } = decodeJwt(await redeem(url, code))
    assert.equal(sid, app.received[0]?.sid)
    const again = await delivery()
    assert.equal(again?.attempts, 0)
    assert.ok(Number(again?.dueAt) > now())
    await server.close()
  })

  it('are sent for who was turned off, got another password or is gone, when the configuration is applied [OIDC-RPLogout-2-05]', async () => {
    await using app = await startLogoutReceiver()
    const [port = 0] = await freePorts(1)
    const url = `http://localhost:${port}`
    const data = newFolder()
    const declared = { ...configFor({ port, url, data, storage: 'sqlite:symbolon.db', clients: [listening(app.uri)] }) }
    const [alice, bob] = declared.people
    assert(alice && bob)
    const carol = { ...bob, sub: 'carol-0001', username: 'carol', email: 'carol@example.com' }
    const start = (people: readonly object[]) => startServer(readConfig({ ...declared, people, development: true }))
    const before = await start([alice, bob, carol])
    const idTokens = []
    for (const login of ['alice', 'bob', 'carol']) idTokens.push(await signIn(url, newPerson(), { login }))
    await before.close()
    assert.deepEqual(app.received, [])
    const changed = await start([
      { ...alice, disabled: true },
      { ...bob, password: 'another password for printing' },
    ])
    await app.upTo(3)
    await changed.close()
    const of = (claims: readonly { readonly sub?: string | undefined; readonly sid?: unknown }[]) =>
      claims.map(({ sub, sid }) => `${sub} ${sid}`).sort()
    assert.deepEqual(of(app.received), of(idTokens.map((one) => decodeJwt(one))))
  })
})
