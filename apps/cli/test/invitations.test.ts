/** `symbolon invitations` beside a server that runs: an app registers by one, and no longer when it is taken back. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { listening, place, run, start } from './symbolon.ts'

describe('symbolon invitations', () => {
  it('lets so many apps register as known ones, of a server that runs beside it (RFC 7591 §3) [RFC7591-3-02]', async () => {
    using here = place('registration: { mode: token }')
    const server = start(['serve', '--config', here.config])
    const url = await listening(server)
    const invitations = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await run(['invitations', ...args, '--config', here.config, '--json'])
      return { code, stderr, ...JSON.parse(stdout === '' ? '{"data":{}}' : stdout).data }
    }
    const register = async (token: string) => {
      const response = await fetch(`${url}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ redirect_uris: ['https://shop.example/cb'] }),
      })
      return response.status
    }
    const made = await invitations('create', '--uses', '2', '--for', '1h', '--note', 'For the shop')
    assert.match(made.token, /^[\w-]{43}$/)
    assert.match(made.stderr, /^It is shown only now\./)
    const [{ id, created_at, expires_at, ...rest }] = made.invitations
    assert.deepEqual(rest, { state: 'open', note: 'For the shop', uses: 2, used: 0 })
    assert.equal(expires_at - created_at, 3_600)
    assert.deepEqual(
      [await register(made.token), await register(made.token), await register(made.token)],
      [201, 201, 401],
    )

    const second = (await run(['invitations', 'create', '--config', here.config])).stdout.trim()
    const listed = await run(['invitations', 'list', '--config', here.config])
    assert.match(listed.stdout, new RegExp(`^${id} {2}used {2}used 2 of 2 {2}until \\S+Z {2}For the shop$`, 'm'))
    assert.ok(![made.token, second].some((token) => listed.stdout.includes(token)), 'a token is shown once')
    const open = (await invitations('list')).invitations.find(
      ({ state }: { readonly state: string }) => state === 'open',
    )
    const left = await invitations('revoke', open.id)
    assert.deepEqual(
      left.invitations.map((one: { readonly id: string }) => one.id),
      [id],
    )
    assert.equal(await register(second), 401)
    const gone = { code: 4, stderr: `There is no invitation "${open.id}".\n` }
    assert.deepEqual(await invitations('revoke', open.id), gone)
    server.child.kill('SIGTERM')
    await server.ended
  })

  it('says when nobody can use one, and refuses times that are none', async () => {
    using here = place()
    const { stdout, stderr } = await run(['invitations', 'create', '--config', here.config])
    assert.match(stdout, /^[\w-]{43}\n$/)
    assert.match(stderr, /registration\.mode off\.\n$/)
    for (const time of ['0s', '366d', 'soon']) {
      const { code, stderr } = await run(['invitations', 'create', '--for', time, '--config', here.config])
      assert.deepEqual(
        [code, stderr],
        [2, `--for is a time from 1m to 365d, as 90s, 10m, 12h or 30d, not "${time}".\n`],
      )
    }
  })
})
