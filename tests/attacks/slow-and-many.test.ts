/**
 * Who is slow, silent, large, many or not speaking HTTP at all gets a clear answer and an end, and everybody else is
 * served meanwhile.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { routes } from '@symbolon/authorization-server/endpoints/routes'
import { type Listener, type ListenOptions, listen } from '@symbolon/http/fastify'
import { defaultLimits, type Limits } from '@symbolon/http/limits'
import { secret, startTestServer } from '../support/server.ts'

const limits: Limits = { ...defaultLimits, headers: 300, request: 500, silence: 1_000, keepAlive: 100, lookEvery: 25 }
const patience = { timeout: 20_000 }

const host = 'Host: localhost\r\n'
const form = 'Content-Type: application/x-www-form-urlencoded\r\n'
const robot = `Authorization: Basic ${btoa(`robot:${secret}`)}\r\n`
const wish = 'grant_type=client_credentials&scope=photos%3Aread&resource=https%3A%2F%2Flibrary.example'
const tokenRequest = (headers: string, body = wish) =>
  `POST /token HTTP/1.1\r\n${host}${form}${robot}${headers}\r\n${body}`
const asked = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\n${host}${headers}\r\n`

describe('slow and many', async () => {
  const server = await startTestServer()
  const log: Parameters<NonNullable<ListenOptions['log']>>[0][] = []
  const start = (change: Partial<Limits> = {}): Promise<Listener> =>
    listen({
      issuers: [server.running.issuer],
      routes,
      host: '127.0.0.1',
      port: 0,
      ready: () => server.running.storage.ping(),
      log: (entry) => log.push(entry),
      limits: { ...limits, ...change },
    })
  const listener = await start()
  after(async () => {
    await listener.close()
    await server.close()
  })

  const open = async (port = listener.port): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    return socket
  }
  /** Sends it and keeps its own half open; resolves with what came back when the server has ended the connection. */
  const send = async (bytes: string | Uint8Array, port?: number): Promise<string> => {
    const socket = await open(port)
    const answer = untilEnd(socket)
    socket.write(bytes)
    return answer
  }
  /** One piece after the other, for as long as anybody listens. */
  const dribble = async (begin: string, piece: string): Promise<string> => {
    const socket = await open()
    const answer = untilEnd(socket)
    socket.write(begin)
    while (socket.readable && socket.writable) {
      socket.write(piece)
      await Promise.race([answer, wait(20)])
    }
    return answer
  }
  const assertOthersServed = async (at = listener) => {
    const headers = { authorization: `Basic ${btoa(`robot:${secret}`)}` }
    const answer = await fetch(`${at.url}/token`, { method: 'POST', headers, body: new URLSearchParams(wish) })
    assert.equal(answer.status, 200)
    assert.equal((await answer.json()).token_type, 'Bearer')
  }

  describe('who is slow', () => {
    it('with headers is told 408 and let go; others are served meanwhile', patience, async () => {
      const slow = Array.from({ length: 20 }, () => dribble(`GET /jwks HTTP/1.1\r\n${host}`, 'X-More: x\r\n'))
      await assertOthersServed()
      for (const answer of await Promise.all(slow)) assert.match(answer, /^HTTP\/1\.1 408 /)
    })
    it('with a body is told 408 and let go; others are served meanwhile', patience, async () => {
      const slow = Array.from({ length: 20 }, () => dribble(tokenRequest('Content-Length: 9000\r\n', ''), 'a'))
      await assertOthersServed()
      for (const answer of await Promise.all(slow)) assert.match(answer, /^HTTP\/1\.1 408 /)
    })
    it('and never sends all of the body that was announced is told 408', patience, async () =>
      assert.match(await send(tokenRequest('Content-Length: 9000\r\n')), /^HTTP\/1\.1 408 /),
    )
    it('to read is let go, and is not read from meanwhile', patience, async () => {
      const socket = await open()
      const gone = Promise.withResolvers<void>()
      socket.on('error', () => gone.resolve())
      socket.pause()
      const many = asked('/.well-known/openid-configuration').repeat(100)
      const before = log.length
      const writing = setInterval(() => socket.write(many), 20)
      await assertOthersServed()
      await gone.promise
      clearInterval(writing)
      assert.ok(log.length - before < 20_000)
    })
  })

  describe('who sends too much', () => {
    for (const [what, request] of [
      ['one header', asked('/jwks', `X-Large: ${'x'.repeat(40_000)}\r\n`)],
      ['many headers', asked('/jwks', 'X-Small: x\r\n'.repeat(4_000))],
      ['the address', asked(`/authorize?state=${'x'.repeat(40_000)}`)],
      ['trailers', tokenRequest('Transfer-Encoding: chunked\r\n', `0\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`)],
    ] as const)
      it(`in ${what} is told 431`, patience, async () => {
        assert.match(await send(request), /^HTTP\/1\.1 431 /)
        await assertOthersServed()
      })
    it('in a body is told 413, as soon as it is announced', patience, async () =>
      assert.match(await send(tokenRequest('Content-Length: 999999999\r\n', '')), /^HTTP\/1\.1 413 /),
    )
    it('in a body that never ends is told 413', patience, async () =>
      assert.match(
        await send(tokenRequest('Transfer-Encoding: chunked\r\n', `400\r\n${'a'.repeat(1_024)}\r\n`.repeat(80))),
        /^HTTP\/1\.1 413 /,
      ),
    )
    it('in parameters is told invalid_request, wherever they are', patience, async () => {
      const flood = Array.from({ length: 3_000 }, (_, at) => `p${at}=`).join('&')
      const inBody = tokenRequest(`Connection: close\r\nContent-Length: ${flood.length}\r\n`, flood)
      const inQuery = asked(`/userinfo?${flood}`, 'Connection: close\r\n')
      for (const request of [inBody, inQuery]) {
        const answer = await send(request)
        assert.match(answer, /^HTTP\/1\.1 400 /)
        assert.match(answer, /"error":"invalid_request"/)
      }
    })
  })

  describe('many', () => {
    it('requests in one piece are answered one by one in their order (RFC 9112 §9.3.2)', patience, async () => {
      const [paths, statuses] = [
        ['/jwks', '/nowhere', '/userinfo'],
        ['200', '404', '401'],
      ]
      const requests = Array.from({ length: 100 }, () => paths.map((path) => asked(path)).join(''))
      const answer = await send(`${requests.join('')}${asked('/health', 'Connection: close\r\n')}`)
      const seen = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)
      assert.deepEqual(seen, [...requests.flatMap(() => statuses), '200'])
    })
    it('open connections that say nothing keep nobody waiting, and end with 408', patience, async () => {
      const silent = await start({ headers: 1_500, silence: 5_000 })
      const sockets = await Promise.all(Array.from({ length: 1_000 }, () => open(silent.port)))
      const answers = Promise.all(sockets.map(untilEnd))
      for (let time = 0; time < 5; time++) await assertOthersServed(silent)
      for (const answer of await answers) assert.match(answer, /^HTTP\/1\.1 408 /)
      await silent.close()
    })
    it('connections between two requests end by themselves', patience, async () => {
      const answer = await send(asked('/jwks'))
      assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*keep-alive/i)
    })
    it(
      'connections above the limit are closed unread and told to the log once; those below are served',
      patience,
      async () => {
        const small = await start({ connections: 20, headers: 10_000 })
        const before = log.length
        const held = await Promise.all(Array.from({ length: 20 }, () => open(small.port)))
        for (let time = 0; time < 3; time++) assert.equal(await send(asked('/jwks'), small.port).catch(() => ''), '')
        const told = log.slice(before).filter((entry) => 'connections' in entry)
        assert.deepEqual(
          told.map(({ connections }) => connections),
          [20],
        )
        const [first, ...others] = held
        assert.ok(first)
        const answer = untilEnd(first)
        first.write(asked('/jwks', 'Connection: close\r\n'))
        assert.match(await answer, /^HTTP\/1\.1 200 /)
        for (const socket of others) socket.destroy()
        await Promise.all(others.map((socket) => once(socket, 'close')))
        await small.close()
      },
    )
  })

  describe('what is hardly HTTP', () => {
    it('a request whose sender has closed its half is answered all the same', patience, async () => {
      const socket = await open()
      const answer = untilEnd(socket)
      socket.end(tokenRequest(`Content-Length: ${wish.length}\r\n`))
      assert.match(await answer, /^HTTP\/1\.1 200 [\s\S]*"access_token"/)
    })
    it('a body that ends before its length is told 400', patience, async () => {
      const socket = await open()
      const answer = untilEnd(socket)
      socket.end(tokenRequest('Content-Length: 9000\r\n'))
      assert.match(await answer, /^HTTP\/1\.1 400 /)
    })
    it('HTTP/1.0 is answered, and the connection closed (RFC 9112 §9.3)', patience, async () => {
      const answer = await send(tokenRequest(`Content-Length: ${wish.length}\r\n`).replace('HTTP/1.1', 'HTTP/1.0'))
      assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*"access_token"/i)
    })
    it('bytes of any other protocol are told 400', patience, async () => {
      const garbage = Array.from({ length: 50 }, () => Buffer.concat([Buffer.from([0]), randomBytes(500)]))
      const hello = Buffer.from('16030100f8010000f40303', 'hex')
      const http2 = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
      for (const bytes of [...garbage, hello, http2]) assert.match(await send(bytes), /^HTTP\/1\.1 400 /)
      await assertOthersServed()
    })
    it(
      'who asks before sending the body is told to go on, or at once why not (RFC 9110 §10.1.1)',
      patience,
      async () => {
        const socket = await open()
        const answer = untilEnd(socket)
        const expecting = 'Expect: 100-continue\r\nConnection: close\r\n'
        socket.write(tokenRequest(`${expecting}Content-Length: ${wish.length}\r\n`, ''))
        await once(socket, 'data')
        socket.write(wish)
        assert.match(await answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [\s\S]*"access_token"/)
        assert.match(await send(tokenRequest(`${expecting}Content-Length: 99999\r\n`, '')), /HTTP\/1\.1 413 /)
        assert.match(
          await send(tokenRequest('Expect: more\r\nConnection: close\r\nContent-Length: 0\r\n', '')),
          /^HTTP\/1\.1 417 /,
        )
      },
    )
  })

  describe('a request that others could see end elsewhere is refused whole (RFC 9112 §11.2)', () => {
    const smuggled = asked('/account')
    const chunked = `${wish.length.toString(16)}\r\n${wish}\r\n0\r\n\r\n${smuggled}`
    for (const [what, request] of [
      ['two lengths', tokenRequest('Content-Length: 5\r\nContent-Length: 6\r\n', `a=b&c=${smuggled}`)],
      ['a list of lengths', tokenRequest('Content-Length: 5, 5\r\n', `a=b&c${smuggled}`)],
      ['a length with a sign', tokenRequest('Content-Length: +5\r\n', `a=b&c${smuggled}`)],
      ['a length and chunks', tokenRequest('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', chunked)],
      ['chunks and a length', tokenRequest('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', chunked)],
      ['a coding that is not known', tokenRequest('Transfer-Encoding: xchunked\r\n', chunked)],
      ['chunks that are not the last coding', tokenRequest('Transfer-Encoding: chunked, identity\r\n', chunked)],
      ['two codings', tokenRequest('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n', chunked)],
      ['a blank before the colon', tokenRequest('Transfer-Encoding : chunked\r\n', chunked)],
      ['a folded line', tokenRequest('Transfer-Encoding:\r\n chunked\r\n', chunked)],
      ['lines without carriage return', tokenRequest('Transfer-Encoding: chunked\r\n', chunked).replaceAll('\r', '')],
      ['a chunk size with a prefix', tokenRequest('Transfer-Encoding: chunked\r\n', `0x${chunked}`)],
      ['chunks in HTTP/1.0', tokenRequest('Transfer-Encoding: chunked\r\n', chunked).replace('/1.1', '/1.0')],
      ['two codings of a GET', `${asked('/jwks', 'Transfer-Encoding: identity, chunked\r\n')}${chunked}`],
    ] as const)
      it(`for ${what}`, patience, async () => {
        const before = log.length
        const answer = await send(request)
        assert.match(answer, /^HTTP\/1\.1 400 /)
        assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1)
        assert.deepEqual(log.slice(before), [])
      })
  })
})

function untilEnd(socket: Socket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
  })
  // A server that lets go of one who goes on sending resets the connection.
  socket.on('error', () => undefined)
  socket.on('end', () => socket.end())
  socket.on('close', () => resolve(received))
  return promise
}
