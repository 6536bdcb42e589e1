/** The server with TLS of its own, as `symbolon serve` runs it: cookies, headers and protocol versions. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { connect, getCACertificates, getCiphers, type SecureVersion, setDefaultCACertificates } from 'node:tls'
import { loadConfig, startServer } from '@symbolon/server'
import { generate } from 'selfsigned'
import { createPerson } from '../support/person.ts'
import { freePorts } from '../support/ports.ts'
import { allow, callback, configFor } from '../support/server.ts'

describe('the server with TLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-tls-'))
  const [port = 0] = await freePorts(1)
  const url = `https://localhost:${port}`
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  writeFileSync(join(folder, 'cert.pem'), certificate.cert)
  writeFileSync(join(folder, 'key.pem'), certificate.private)
  const file = join(folder, 'symbolon.json')
  const config = configFor({ port, url, data: folder })
  const tls = { cert: { file: './cert.pem' }, key: { file: './key.pem' } }
  writeFileSync(file, JSON.stringify({ ...config, listen: { ...config.listen, tls } }))
  const server = await startServer(await loadConfig(file))
  setDefaultCACertificates([...getCACertificates('default'), certificate.cert])
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('prints only https addresses of its issuer (RFC 8414 §2) [RFC8414-2-02] [RFC9207-2-02]', async () => {
    const metadata = await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json()
    assert.equal(metadata.issuer, url)
    const addresses = Object.values(metadata).filter((value) => typeof value === 'string' && value.includes('://'))
    assert.ok(addresses.every((address) => String(address).startsWith(url)))
  })

  it('keeps browsers on https (RFC 6797 §6.1.1) [RFC6797-6.1.1-01]', async () => {
    const page = await fetch(url)
    assert.match(page.headers.get('strict-transport-security') ?? '', /^max-age=\d{8,}/)
  })

  it('signs a person in with cookies that no other host can set (RFC 6265 §4.1.2.5, §8.6) [RFC6265-4.1.2.5-01] [RFC6265-4.1.2.6-01] [RFC6265-4.1.2.3-01] [RFC6265-8.6-01]', async () => {
    const person = createPerson({ stopAt: [callback] })
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'web',
      redirect_uri: callback,
      scope: 'openid',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    const answer = await allow(person, `${url}/authorize?${query}`)
    assert.ok(answer.searchParams.has('code'))
    const { cookies } = await person.jar.serialize()
    assert.ok(cookies.length > 0)
    for (const { key, secure, httpOnly, hostOnly, domain } of cookies) {
      assert.match(String(key), /^__(Host|Secure)-/)
      assert.ok(secure && httpOnly && hostOnly && domain === 'localhost')
    }
  })

  for (const version of ['TLSv1', 'TLSv1.1'] as const)
    it(`speaks no ${version} (RFC 9325 §3.1.1) [RFC9325-3.1.1-01]`, () =>
      assert.rejects(handshake(port, version, certificate.cert)))
  it('agrees on no cipher that hides nothing or proves nothing (RFC 9325 §4.1) [RFC9325-4.1-01]', async () => {
    for (const ciphers of ['eNULL', 'aNULL'])
      await assert.rejects(handshake(port, 'TLSv1.2', certificate.cert, ciphers), { code: /HANDSHAKE_FAILURE/ })
    assert.deepEqual(
      getCiphers().filter((name) => /rc4|exp|null|anon/.test(name)),
      [],
    )
  })
  it('speaks TLS 1.2 and 1.3', async () => {
    assert.equal(await handshake(port, 'TLSv1.2', certificate.cert), 'TLSv1.2')
    assert.equal(await handshake(port, 'TLSv1.3', certificate.cert), 'TLSv1.3')
  })
})

function handshake(port: number, version: SecureVersion, ca: string, ciphers = 'DEFAULT'): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const options = {
      host: 'localhost',
      port,
      ca,
      minVersion: version,
      maxVersion: version,
      ciphers: `${ciphers}@SECLEVEL=0`,
    }
    const socket = connect(options, () => {
      resolve(socket.getProtocol())
      socket.end()
    })
    socket.on('error', reject)
  })
}
