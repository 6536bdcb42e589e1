import assert from 'node:assert/strict'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { OutgoingAnswer, OutgoingRequest } from '@symbolon/authorization-server/ports/outgoing'
import { generate } from 'selfsigned'
import { createOutgoing, type OutgoingOptions } from '../src/outgoing.ts'

const problemIn = (answer: OutgoingAnswer) => (answer.ok ? answer.status : answer.problem)

describe('where requests may go (attack 68) (attack 74) (attack 75) (attack 77)', () => {
  const resolvesTo = (...addresses: readonly string[]) => ({ resolve: async () => addresses })

  const inside: Readonly<Record<string, readonly string[]>> = {
    'this machine': ['127.0.0.1', '127.255.255.254', '0.0.0.0', '::1', '::'],
    'private networks': ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fd12::1', 'fec0::1'],
    'shared networks of providers': ['100.64.0.1', '100.127.255.255'],
    'links, with what clouds serve there': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
    'IPv4 within IPv6': ['::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::7f00:1', '::ffff:0:127.0.0.1'],
    'translated IPv4 (NAT64, 6to4, Teredo)': ['64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::', '2001:0:1::1'],
    'many machines, and none': ['224.0.0.1', '239.1.1.1', '255.255.255.255', '240.0.0.1', 'ff02::1', '2001:db8::1'],
  }
  for (const [what, addresses] of Object.entries(inside)) {
    it(`is not ${what}`, async () => {
      for (const address of addresses) {
        const outgoing = createOutgoing(resolvesTo(address))
        assert.equal(problemIn(await outgoing.fetch('https://app.example/')), 'address_refused', address)
      }
    })
  }

  it('is not an address in any notation that a URL has for it', async () => {
    const outgoing = createOutgoing({ resolve: async () => assert.fail('an address is not resolved') })
    const notations = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0x7f.1', '[::1]', '127.0.0.1.']
    for (const host of [...notations, '[::ffff:7f00:1]', '[64:ff9b::a9fe:a9fe]', '１２７.0.0.1', '169.254.169.254']) {
      assert.equal(problemIn(await outgoing.fetch(`https://${host}/`)), 'address_refused', host)
    }
  })

  it('is nothing but https, without a user, unless it is this machine while developing', async () => {
    const outgoing = createOutgoing(resolvesTo('8.8.8.8'))
    for (const url of ['http://app.example/', 'file:///etc/passwd', 'ftp://app.example/', 'data:,x', 'nothing', '']) {
      assert.equal(problemIn(await outgoing.fetch(url)), 'url_refused', url)
    }
    assert.equal(problemIn(await outgoing.fetch('https://user:word@app.example/')), 'url_refused')
    const developing = createOutgoing({ ...resolvesTo('8.8.8.8'), development: true })
    assert.equal(problemIn(await developing.fetch('http://app.example/')), 'address_refused')
  })

  it('is found without this machine, unless the host is allowed by name or somebody is developing', async () => {
    const asked: (readonly string[])[] = []
    const resolve: OutgoingOptions['resolve'] = async (...how) => {
      asked.push(how)
      return []
    }
    await createOutgoing({ resolve, allow: ['app.internal'] }).fetch('https://app.internal/')
    await createOutgoing({ resolve, allow: ['app.internal'] }).fetch('https://app.example/')
    await createOutgoing({ resolve, development: true }).fetch('https://app.example/')
    assert.deepEqual(asked, [
      ['app.internal', 'machine'],
      ['app.example', 'name servers'],
      ['app.example', 'machine'],
    ])
  })

  it('is nowhere when the host has no address, or cannot be resolved in time', async () => {
    assert.equal(problemIn(await createOutgoing(resolvesTo()).fetch('https://app.example/')), 'unreachable')
    const failing = createOutgoing({ resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    assert.equal(problemIn(await failing.fetch('https://app.example/')), 'unreachable')
    const silent = createOutgoing({ resolve: () => new Promise(() => undefined) })
    assert.equal(problemIn(await silent.fetch('https://app.example/', { timeout: 20 })), 'too_slow')
  })
})

describe('what comes back', () => {
  let [port, plainPort] = [0, 0]
  let ca = ''
  const seen: { method: string; path: string; body: string; type: string | undefined; host: string | undefined }[] = []
  const servers: (ReturnType<typeof createHttp> | ReturnType<typeof createHttps>)[] = []

  const answers: Readonly<Record<string, RequestListener>> = {
    '/keys': (_, response) => response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end('{}'),
    '/page': (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
    '/moved': (_, response) => response.writeHead(302, { location: '/keys' }).end(),
    '/failed': (_, response) => response.writeHead(400, { 'content-type': 'text/plain' }).end('no'),
    '/large': (_, response) => response.writeHead(200).end('x'.repeat(2_000)),
    '/endless': (_, response) => {
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1_000)));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    },
    '/silent': () => undefined,
    '/halting': (_, response) => response.writeHead(200).write('{'),
  }

  before(async () => {
    const made = await generate([{ name: 'commonName', value: 'app.example' }], {
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'app.example' }] }],
    })
    ca = made.cert
    const listener: RequestListener = async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const path = request.url ?? ''
      const { host, 'content-type': type } = request.headers
      seen.push({ method: request.method ?? '', path, body, type, host })
      answers[path]?.(request, response)
    }
    const tls = createHttps({ cert: made.cert, key: made.private }, listener)
    const plain = createHttp(listener)
    servers.push(tls, plain)
    for (const server of servers) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    port = (tls.address() as AddressInfo).port
    plainPort = (plain.address() as AddressInfo).port
  })
  after(() => {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  })

  const ask = (path: string, how: OutgoingRequest = {}, options: OutgoingOptions = {}) => {
    const trusting = { allow: ['app.example'], ca, resolve: async () => ['127.0.0.1'] }
    return createOutgoing({ ...trusting, ...options }).fetch(`https://app.example:${port}${path}`, how)
  }
  const json = { accept: ['application/json'] }

  it('is read from a host that is allowed by name and trusted by a certificate of ours', async () => {
    const answer = await ask('/keys#part', json)
    assert.deepEqual([answer.ok, answer.ok && answer.text], [true, '{}'])
    assert.equal(seen.at(-1)?.path, '/keys')
    assert.equal(seen.at(-1)?.host, `app.example:${port}`)
  })

  it('is read from addresses and networks that are allowed', async () => {
    for (const allow of [['127.0.0.1'], ['127.0.0.0/8']])
      assert.equal(problemIn(await ask('/keys', json, { allow })), 200)
    for (const allow of [[], ['other.example'], ['10.0.0.0/8'], ['127.0.0.2']]) {
      assert.equal(problemIn(await ask('/keys', json, { allow })), 'address_refused')
    }
  })

  it('answers a form that was sent', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal(problemIn(await ask('/failed', { method: 'POST', headers, body: 'a=b' })), 400)
    assert.deepEqual(
      [seen.at(-1)?.method, seen.at(-1)?.body, seen.at(-1)?.type],
      ['POST', 'a=b', headers['content-type']],
    )
  })

  it('comes from the address that was checked, whatever the name resolves to a moment later (attack 74)', async () => {
    let asked = 0
    // Nobody listens at the first address.
    const resolve = async () => [asked++ === 0 ? '127.0.0.9' : '127.0.0.1']
    const before = seen.length
    assert.equal(problemIn(await ask('/keys', json, { allow: ['127.0.0.9'], resolve })), 'unreachable')
    assert.deepEqual([asked, seen.length], [1, before])
  })

  it('never comes from the private one of several addresses (attack 74)', async () => {
    const resolve = async () => ['127.0.0.1', '127.0.0.9']
    const before = seen.length
    assert.equal(problemIn(await ask('/keys', json, { allow: ['127.0.0.9'], resolve })), 'unreachable')
    assert.equal(seen.length, before)
  })

  it('is refused when it leads elsewhere, and nobody goes there (attack 74)', async () => {
    const before = seen.length
    assert.equal(problemIn(await ask('/moved', json)), 'redirected')
    assert.deepEqual(
      seen.slice(before).map(({ path }) => path),
      ['/moved'],
    )
  })

  it('is refused when it is of another type', async () => {
    assert.equal(problemIn(await ask('/page', json)), 'type_wrong')
    assert.equal(problemIn(await ask('/page')), 200)
  })

  it('is refused when it is too large, announced or not', async () => {
    assert.equal(problemIn(await ask('/large', { limit: 1_000 })), 'too_large')
    assert.equal(problemIn(await ask('/large', { limit: 2_000 })), 200)
    assert.equal(problemIn(await ask('/endless')), 'too_large')
  })

  it('is refused when it does not come, or does not end, in time', async () => {
    assert.equal(problemIn(await ask('/silent', { timeout: 100 })), 'too_slow')
    assert.equal(problemIn(await ask('/halting', { timeout: 100 })), 'too_slow')
  })

  it('is refused from a host that cannot prove its name', async () => {
    assert.equal(problemIn(await ask('/keys', json, { ca: undefined })), 'untrusted')
    const outgoing = createOutgoing({ allow: ['other.example'], ca, resolve: async () => ['127.0.0.1'] })
    assert.equal(problemIn(await outgoing.fetch(`https://other.example:${port}/keys`)), 'untrusted')
    const toPlain = createOutgoing({ allow: ['app.example'], ca, resolve: async () => ['127.0.0.1'] })
    assert.equal(problemIn(await toPlain.fetch(`https://app.example:${plainPort}/keys`)), 'unreachable')
  })

  it('comes from this machine by http while developing', async () => {
    const developing = createOutgoing({ development: true })
    assert.equal(problemIn(await developing.fetch(`http://127.0.0.1:${plainPort}/keys`, json)), 200)
    assert.equal(problemIn(await createOutgoing().fetch(`http://127.0.0.1:${plainPort}/keys`, json)), 'url_refused')
  })

  it('is waited for at a few places only, and one host cannot take them all', async () => {
    const outgoing = createOutgoing({ allow: ['127.0.0.0/8'], ca, resolve: async () => ['127.0.0.1'] })
    const slow = Array.from({ length: 8 }, () => outgoing.fetch(`https://app.example:${port}/silent`, { timeout: 300 }))
    assert.equal(problemIn(await outgoing.fetch(`https://app.example:${port}/keys`)), 'busy')
    assert.notEqual(problemIn(await outgoing.fetch('https://other.example:1/')), 'busy')
    assert.deepEqual([...new Set((await Promise.all(slow)).map(problemIn))], ['too_slow'])
    assert.equal(problemIn(await outgoing.fetch(`https://app.example:${port}/keys`)), 200)
  })

  it('is good by its status alone where nothing else counts, however large, slow or endless the rest is (Back-Channel Logout §2.8)', async () => {
    const how = { statusOnly: true, limit: 10, timeout: 2_000 }
    for (const path of ['/large', '/endless', '/halting']) assert.equal(problemIn(await ask(path, how)), 200)
    assert.equal(problemIn(await ask('/failed', how)), 400)
    assert.equal(problemIn(await ask('/moved', how)), 'redirected')
    assert.equal(problemIn(await ask('/silent', { ...how, timeout: 100 })), 'too_slow')
  })

  it('is asked for strangers at a quarter of all places, which leaves room for the clients that are known', async () => {
    const resolve = async (host: string) => (host === 'app.example' ? ['127.0.0.1'] : new Promise<never>(() => {}))
    const outgoing = createOutgoing({ allow: ['127.0.0.0/8'], ca, resolve })
    const how = { timeout: 500, forStranger: true }
    const slow = Array.from({ length: 60 }, (_, at) => outgoing.fetch(`https://h${at}.example/keys`, how))
    const request = outgoing.fetch(`https://app.example:${port}/keys`, { byAnybody: true })
    assert.equal(problemIn(await request), 200)
    const problems = (await Promise.all(slow)).map(problemIn)
    assert.equal(problems.filter((problem) => problem === 'busy').length, 35)
  })

  it('leaves places at one host that strangers cannot take, though they know a slow page there', async () => {
    const outgoing = createOutgoing({ allow: ['127.0.0.0/8'], ca, resolve: async () => ['127.0.0.1'] })
    const how = { timeout: 300, forStranger: true }
    const slow = Array.from({ length: 10 }, () => outgoing.fetch(`https://app.example:${port}/silent`, how))
    assert.equal(problemIn(await outgoing.fetch(`https://app.example:${port}/keys`)), 200)
    const problems = (await Promise.all(slow)).map(problemIn)
    assert.equal(problems.filter((problem) => problem === 'busy').length, 6)
  })

  it('is asked of one host for strangers only so often in a minute, on whatever port, unless we allow it by name', async () => {
    let at = 0
    const options = { allow: ['ours.example'], resolve: async () => [], clock: () => at }
    const outgoing = createOutgoing(options)
    const asked = async (url: string, forStranger = true) => problemIn(await outgoing.fetch(url, { forStranger }))
    for (let time = 0; time < 120; time++) {
      assert.equal(await asked(`https://victim.example:${8_000 + time}/${time}`), 'unreachable')
    }
    assert.equal(await asked('https://victim.example/again'), 'busy')
    assert.equal(await asked('https://victim.example/again', false), 'unreachable')
    assert.equal(await asked('https://other.example/'), 'unreachable')
    for (let time = 0; time < 130; time++) assert.equal(await asked('https://ours.example/'), 'unreachable')
    at = 60_000
    assert.equal(await asked('https://victim.example/again'), 'unreachable')
  })

  it('leaves places that strangers cannot take, however many hosts they have', async () => {
    const resolve = async (host: string) => (host === 'app.example' ? ['127.0.0.1'] : new Promise<never>(() => {}))
    const outgoing = createOutgoing({ allow: ['127.0.0.0/8'], ca, resolve })
    const how = { timeout: 500, byAnybody: true }
    const slow = Array.from({ length: 120 }, (_, at) => outgoing.fetch(`https://h${at}.example/request`, how))
    assert.equal(problemIn(await outgoing.fetch(`https://app.example:${port}/keys`)), 200)
    const problems = (await Promise.all(slow)).map(problemIn)
    assert.equal(problems.filter((problem) => problem === 'busy').length, 70)
  })
})
