/** Two server processes on one PostgreSQL: any request of a flow may go to either, and the database may go and come. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { challengeOf } from '@symbolon/protocol/pkce'
import { readConfig, startServer } from '@symbolon/server'
import { startBalancer } from '../support/balancer.ts'
import { createPerson } from '../support/person.ts'
import { freePorts } from '../support/ports.ts'
import { startPostgres } from '../support/postgres.ts'
import { allow, callback, configFor, secret } from '../support/server.ts'

describe('two servers on one PostgreSQL, behind a balancer that sends each request to the other', async () => {
  const postgres = await startPostgres()
  const storage = await postgres.createDatabase()
  const [front = 0, portOne = 0, portTwo = 0] = await freePorts(3)
  const url = `http://localhost:${front}`
  const config = (port: number) => readConfig(configFor({ port, url, storage }))
  // Both find the database empty.
  const servers = await Promise.all([startServer(config(portOne)), startServer(config(portTwo))])
  const balancer = await startBalancer(front, [portOne, portTwo])
  after(async () => {
    await balancer.close()
    await Promise.all(servers.map((server) => server.close()))
    await postgres.stop()
  })
  const at = { one: `http://localhost:${portOne}`, two: `http://localhost:${portTwo}` }

  const basic = { authorization: `Basic ${Buffer.from(`web:${secret}`).toString('base64')}` }
  const post = (url: string, form: Record<string, string>, headers: Record<string, string> = basic) =>
    fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })

  const codeAt = async (verifier: string) => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'web',
      redirect_uri: callback,
      scope: 'openid offline_access',
      prompt: 'consent',
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
    })
    const answer = await allow(createPerson({ stopAt: [callback] }), `${url}/authorize?${query}`)
    return answer.searchParams.get('code') ?? ''
  }
  const exchange = async () => {
    const verifier = randomBytes(32).toString('base64url')
    const code = await codeAt(verifier)
    return { form: { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier } }
  }

  it('publish the same keys, made once', async () => {
    const [first, second] = await Promise.all(
      [at.one, at.two].map(async (server) => (await fetch(`${server}/jwks`)).json()),
    )
    assert.deepEqual(first, second)
    assert.equal(first.keys.length, 2)
  })

  it('let a flow begin at one and end at the other', async () => {
    const { form } = await exchange()
    const tokens = await (await post(`${at.two}/token`, form)).json()
    const userinfo = await fetch(`${at.one}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    assert.equal((await userinfo.json()).sub, 'alice-0001')
  })

  it('give a code to exactly one of fifty requests scattered over both (RFC 6749 §4.1.2) (attack 34)', async () => {
    const { form } = await exchange()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, turn) => post(`${turn % 2 ? at.one : at.two}/token`, form)),
    )
    const statuses = answers.map(({ status }) => status)
    assert.equal(statuses.filter((status) => status === 200).length, 1)
    assert.ok(statuses.every((status) => status === 200 || status === 400))
  })

  it('end at both what is revoked at one (RFC 7009 §2)', async () => {
    const { form } = await exchange()
    const tokens = await (await post(`${at.one}/token`, form)).json()
    await post(`${at.two}/revoke`, { token: tokens.refresh_token })
    const refused = await post(`${at.one}/token`, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
    assert.deepEqual([refused.status, (await refused.json()).error], [400, 'invalid_grant'])
  })

  it('answer 503 with Retry-After while the database is gone, and go on without a restart when it is back', async () => {
    const { form } = await exchange()
    await postgres.stop('immediate')
    const during = await post(`${at.one}/token`, form)
    assert.equal(during.status, 503)
    assert.ok(Number(during.headers.get('retry-after')) > 0)
    assert.equal((await during.json()).error, 'temporarily_unavailable')
    assert.equal((await fetch(`${at.one}/ready`)).status, 503)
    assert.equal((await fetch(`${at.one}/health`)).status, 200)
    const page = await fetch(`${at.two}/authorize?client_id=web`, { headers: { accept: 'text/html' } })
    assert.equal(page.status, 503)
    assert.match(await page.text(), /<html/)
    await postgres.start()
    const afterwards = await untilAnswered(() => post(`${at.two}/token`, form))
    assert.equal(afterwards.status, 200, 'the code was not spent by the attempt that failed')
  })
})

/** Asks again while the answer is 503, a bounded number of times. */
async function untilAnswered(ask: () => Promise<Response>): Promise<Response> {
  for (let turn = 0; turn < 50; turn++) {
    const answer = await ask()
    if (answer.status !== 503) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('still 503 after fifty attempts')
}
