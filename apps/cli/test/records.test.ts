/** `symbolon flow` and `symbolon keys` look into the database of a server that runs beside them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { loadConfig } from '@symbolon/server/config/load'
import { openInstallation } from '@symbolon/server/installation'
import { listening, place, run, start } from './symbolon.ts'

describe('a list of nothing', () => {
  const lists = { flow: ['flow'], keys: ['keys', 'list'], invitations: ['invitations', 'list'], logouts: ['logouts'] }
  for (const [name, args] of Object.entries(lists)) {
    it(`is a sentence and not silence: ${name}`, async () => {
      using here = place()
      assert.match((await run([...args, '--config', here.config])).stdout, /^No .+\.\n$/)
    })
  }
})

describe('symbolon flow', () => {
  it('lists the last flows and tells one of them with its finding', async () => {
    using here = place('development: true\nclients:\n  shop: { redirect_uris: [https://shop.example/cb] }')
    const server = start(['serve', '--config', here.config])
    const url = await listening(server)
    const redirect = encodeURIComponent('https://shop.example/cb/')
    const page = await fetch(`${url}/authorize?response_type=code&client_id=shop&redirect_uri=${redirect}&state=s-4711`)
    assert.equal(page.status, 400)
    const flow = page.headers.get('symbolon-flow') ?? ''
    server.child.kill('SIGTERM')
    await server.ended

    const list = await run(['flow', '--config', here.config])
    assert.match(list.stdout, new RegExp(`^${flow} {2}.+ ✗ {2}shop +redirect_uri_not_registered$`, 'm'))
    const one = await run(['flow', flow.toLowerCase(), '--config', here.config])
    assert.equal(one.code, 0)
    for (const part of [
      /^1 {2}authorization request +client → authorization server$/m,
      /^ {5}state +#\S+ \(6 characters, kept as a digest\)$/m,
      /^ {5}✗ redirect_uri_not_registered$/m,
      /^ {2}Expected +https:\/\/shop\.example\/cb$/m,
      /^ {2}Got +https:\/\/shop\.example\/cb\/$/m,
      /^ {2}Likely +They differ by a slash at the end\.$/m,
      /^ {2}Rule +RFC 9700 §4\.1\.3$/m,
    ]) {
      assert.match(one.stdout, part)
    }
    assert.ok(!one.stdout.includes('s-4711'))
    const { data } = JSON.parse((await run(['flow', flow, '--json', '--config', here.config])).stdout)
    assert.equal(data.flow, flow)
    assert.equal(data.finding.reason, 'redirect_uri_not_registered')
  })

  it('ends with 4 when there is no such flow', async () => {
    using here = place()
    const { code, stderr } = await run(['flow', '8S1K-42QD', '--config', here.config])
    assert.equal(code, 4)
    assert.match(stderr, /^There is no flow 8S1K-42QD; .+\n$/)
  })
})

describe('symbolon logouts', () => {
  it('lists who was told that a session has ended, and who never listened, without naming the person', async () => {
    using here = place()
    const installation = await openInstallation(await loadConfig(here.config))
    const { store, storage } = installation
    const now = installation.now()
    const session = {
      sessionId: 'the-session',
      personId: 'the-person',
      usedAt: now,
      unreviewed: false,
      atExpiry: false,
    }
    await store.commit([
      { do: 'remember-client', ...session, clientId: 'deaf', expiresAt: now + 60 },
      { do: 'remember-client', ...session, clientId: 'slow', expiresAt: now + 60 },
      { do: 'announce-logout', sessionId: 'the-session', flow: '8S1K-42QD', now, announcedUntil: now + 60 },
      ...[{ do: 'note-logout', sessionId: 'the-session', clientId: 'deaf', attempts: 0 } as const].map((note) => ({
        ...note,
        ...{ dueAt: null, failedAt: now, problem: 'status 503' },
      })),
    ])
    await storage.close()
    const { stdout } = await run(['logouts', '--config', here.config])
    assert.match(stdout, /^\S+Z {2}failed {3}8S1K-42QD {2}deaf {2}attempts 0 {2}status 503$/m)
    assert.match(stdout, /^\S+Z {2}waiting {2}8S1K-42QD {2}slow {2}attempts 0$/m)
    const { data } = JSON.parse((await run(['logouts', '--failed', '--json', '--config', here.config])).stdout)
    assert.deepEqual(
      data.logouts.map(({ client, state, problem }: Record<string, unknown>) => [client, state, problem]),
      [['deaf', 'failed', 'status 503']],
    )
    assert.doesNotMatch(`${stdout}${JSON.stringify(data)}`, /the-session|the-person/)
  })
})

describe('symbolon keys', () => {
  it('publishes the next key at once, beside the one that signs, and shows no private key', async () => {
    using here = place()
    const server = start(['serve', '--config', here.config])
    await listening(server)
    const before = await run(['keys', 'list', '--config', here.config, '--json'])
    const rotated = await run(['keys', 'rotate', '--algorithm', 'ES256', '--config', here.config, '--json'])
    const { data } = JSON.parse(rotated.stdout)
    assert.equal(data.made.length, 1)
    assert.deepEqual(data.keys.map(({ algorithm, state }: Record<string, unknown>) => [algorithm, state]).toSorted(), [
      ['ES256', 'signing'],
      ['ES256', 'waiting'],
    ])
    const again = await run(['keys', 'rotate', '--algorithm', 'ES256', '--config', here.config])
    assert.match(again.stderr, /^Nothing was rotated: the next key is published already/)
    server.child.kill('SIGTERM')
    await server.ended
    assert.doesNotMatch(`${before.stdout}${rotated.stdout}${again.stdout}`, /sealed|"d"/)
  })

  it('ends a key at once that somebody else may have, and another signs', async () => {
    using here = place()
    const keys = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await run(['keys', ...args, '--config', here.config, '--json'])
      return { code, stderr, ...JSON.parse(stdout === '' ? '{"data":{}}' : stdout).data }
    }
    const states = (listed: readonly Record<string, string>[]) =>
      listed.map(({ algorithm, state }) => `${algorithm} ${state}`).toSorted()
    const { made } = await keys('rotate')
    assert.equal(made.length, 2)
    const [lost] = made
    const revoked = await keys('revoke', lost)
    assert.match(revoked.stderr, /^Nothing that was signed with what you ended is good here any more/)
    assert.equal(revoked.keys.find(({ kid }: { readonly kid: string }) => kid === lost).state, 'removed')
    assert.deepEqual(
      states(revoked.keys).filter((state) => state.endsWith('signing')),
      ['ES256 signing', 'RS256 signing'],
    )
    assert.deepEqual(await keys('revoke', lost), {
      code: 4,
      stderr: `There is no key "${lost}" that is in use.\n`,
    })

    const replaced = await keys('rotate', '--emergency', '--algorithm', 'RS256')
    assert.equal(replaced.made.length, 1)
    assert.deepEqual(states(replaced.keys), ['RS256 removed', 'RS256 signing'])
  })

  it('takes a key away from a server that runs beside it, within seconds', async () => {
    using here = place('lifetimes: { jwksCache: 10s }')
    const server = start(['serve', '--config', here.config])
    const url = await listening(server)
    const published = async (): Promise<readonly string[]> => {
      const { keys } = await (await fetch(`${url}/jwks`)).json()
      return keys.map(({ kid }: { readonly kid: string }) => kid)
    }
    const [lost = ''] = await published()
    const { made } = JSON.parse((await run(['keys', 'revoke', lost, '--config', here.config, '--json'])).stdout).data
    const patience = AbortSignal.timeout(10_000)
    let kids = await published()
    while (kids.includes(lost)) {
      patience.throwIfAborted()
      await wait(50)
      kids = await published()
    }
    assert.ok(kids.includes(made[0]))
    server.child.kill('SIGTERM')
    await server.ended
  })
})
