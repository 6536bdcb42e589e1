/**
 * The server is killed in the middle of its work and started again: what it had answered is still true, and nothing
 * that works once works twice.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { challengeOf } from '@symbolon/protocol/pkce'
import { createPerson, type Person } from '../support/person.ts'
import { freePorts } from '../support/ports.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { allow, callback, configFor } from '../support/server.ts'

const program = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

interface World {
  readonly url: string
  readonly start: () => Promise<ChildProcess>
}

/** What the server answered, and so promised. */
interface Promises {
  /** Codes that were given out and not handed in. */
  readonly codes: Map<string, string>
  /** Codes whose redemption was answered with tokens. */
  readonly redeemed: Map<string, string>
  readonly accessTokens: Set<string>
  /** The newest refresh token of each family. */
  readonly refreshTokens: Set<string>
  readonly revoked: Set<string>
}

const createWorld = async (storage: string, folder: string): Promise<World> => {
  const [port = 0] = await freePorts(1)
  const url = `http://localhost:${port}`
  const file = join(folder, 'symbolon.json')
  const own = {
    client_id: 'own',
    client_name: 'Own App',
    token_endpoint_auth_method: 'none',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    consent: 'never',
  }
  writeFileSync(file, JSON.stringify(configFor({ port, url, storage, data: folder, clients: [own] })))
  return {
    url,
    async start() {
      const child = spawn(process.execPath, [program, 'serve', '--config', file], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      for (let turn = 0; turn < 200; turn++) {
        if (
          await fetch(`${url}/ready`).then(
            ({ ok }) => ok,
            () => false,
          )
        )
          return child
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
      throw new Error('the server did not become ready')
    },
  }
}

const token = (url: string, form: Record<string, string>) =>
  fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'own', ...form }) })

const redeem = (url: string, code: string, verifier: string) =>
  token(url, { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier })

const refresh = (url: string, refresh_token: string) => token(url, { grant_type: 'refresh_token', refresh_token })

async function askForCode(url: string, person: Person): Promise<readonly [code: string, verifier: string]> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'own',
    redirect_uri: callback,
    scope: 'openid offline_access',
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
  })
  const answer = await allow(person, `${url}/authorize?${query}`)
  return [answer.searchParams.get('code') ?? '', verifier]
}

/** One person's work, again and again until the server is gone. An answer that did not arrive promised nothing. */
async function work(url: string, promises: Promises, answered: () => void): Promise<void> {
  const person = createPerson({ stopAt: [callback] })
  for (let turn = 0; ; turn++) {
    const [code, verifier] = await askForCode(url, person)
    promises.codes.set(code, verifier)
    answered()
    if (turn % 4 === 3) continue
    promises.codes.delete(code)
    const first = await (await redeem(url, code, verifier)).json()
    promises.redeemed.set(code, verifier)
    promises.accessTokens.add(first.access_token)
    answered()
    const second = await (await refresh(url, first.refresh_token)).json()
    answered()
    if (turn % 3 === 0) {
      promises.accessTokens.delete(first.access_token)
      await fetch(`${url}/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'own', token: second.refresh_token }),
      })
      promises.revoked.add(second.refresh_token)
      answered()
    } else {
      promises.refreshTokens.add(second.refresh_token)
      promises.accessTokens.add(second.access_token)
    }
  }
}

async function crashRound(world: World, killAfter: number): Promise<number> {
  const promises: Promises = {
    codes: new Map(),
    redeemed: new Map(),
    accessTokens: new Set(),
    refreshTokens: new Set(),
    revoked: new Set(),
  }
  const server = await world.start()
  const gone = once(server, 'exit')
  let answers = 0
  const answered = () => {
    answers++
    if (answers === killAfter) server.kill('SIGKILL')
  }
  const workers = Array.from({ length: 6 }, () => work(world.url, promises, answered))
  const ends = await Promise.allSettled(workers)
  await gone
  assert.ok(
    ends.every(({ status }) => status === 'rejected'),
    'every worker met the end of the server',
  )

  const again = await world.start()
  try {
    for (const access_token of promises.accessTokens) {
      const userinfo = await fetch(`${world.url}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
      assert.equal(userinfo.status, 200, 'an access token that was given works')
    }
    for (const refresh_token of promises.refreshTokens)
      assert.equal((await refresh(world.url, refresh_token)).status, 200, 'a refresh token that was given works')
    for (const refresh_token of promises.revoked)
      assert.equal((await refresh(world.url, refresh_token)).status, 400, 'what was revoked stays revoked')
    for (const [code, verifier] of promises.codes) {
      const both = await Promise.all([redeem(world.url, code, verifier), redeem(world.url, code, verifier)])
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400], 'a code that was given works once')
    }
    for (const [code, verifier] of promises.redeemed)
      assert.equal((await redeem(world.url, code, verifier)).status, 400, 'a code that was redeemed is spent')
  } finally {
    again.kill('SIGTERM')
    await once(again, 'exit')
  }
  return answers
}

const rounds = 3

describe('a server that is killed', () => {
  for (const kind of ['SQLite', 'PostgreSQL'] as const)
    it(`keeps every promise it made and makes none twice, on ${kind} (${rounds} rounds) (attacks 33, 34)`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'symbolon-crash-'))
      try {
        const storage = kind === 'SQLite' ? 'sqlite:crash.db' : await (await sharedPostgres()).createDatabase()
        const world = await createWorld(storage, folder)
        for (let round = 0; round < rounds; round++) {
          const killAfter = 30 + Math.floor(Math.random() * 120)
          assert.ok((await crashRound(world, killAfter)) >= killAfter)
        }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
})
