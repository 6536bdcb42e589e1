/** The client, registered by itself at the server, and what it does with its registration from then on. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Auth, createAuth, openid, type Registration } from '@symbolon/client'
import { startTestServer, type TestServer } from '../support/server.ts'

describe('a client of ours that registers itself at a server of ours', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ more: { registration: { mode: 'open' } } })
  })
  after(() => server?.close())

  const kept: Registration[] = []
  const open = (): Auth =>
    createAuth({
      baseUrl: 'http://localhost:4200',
      secret: 'a secret of the tests, long enough to be one',
      providers: {
        symbolon: openid({
          issuer: server.url,
          register: {
            name: 'Print shop',
            load: async () => kept.at(-1),
            save: async (registration) => {
              kept.push(registration)
            },
          },
        }),
      },
      log: () => {},
    })
  const clientId = async (auth: Auth) => {
    const answer = await auth.handle(new Request('http://localhost:4200/api/auth/signin/symbolon'))
    return new URL(answer?.headers.get('location') ?? '').searchParams.get('client_id')
  }

  it('reads it, replaces it and takes it away (RFC 7592 §2) [RFC7592-2.1-01] [RFC7592-2.2-01] [RFC7592-2.2-02]', async () => {
    const auth = open()
    const first = await clientId(auth)
    const { read, replace, remove } = auth.registration('symbolon')
    const before = await read()
    assert.deepEqual([before.client_id, before.client_name], [first, 'Print shop'])

    const changed = await replace({ client_name: 'Halftone' })
    assert.deepEqual([changed.client_id, changed.client_name], [first, 'Halftone'])
    assert.equal((await read()).client_name, 'Halftone')
    // the same client, in this process and in one that starts later
    assert.deepEqual([await clientId(auth), await clientId(open())], [first, first])

    const old = kept.at(-1)
    await remove()
    const second = await clientId(auth)
    assert.notEqual(second, first)
    if (old) kept.push(old)
    await assert.rejects(read(), { code: 'registration_failed' })
  })
})
