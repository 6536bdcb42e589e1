/** `npm run conformance:client`: what it says, what it asks the suite for, and what it keeps of each module. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { startStandIn } from '../../../roles/client/test/support/stand-in.ts'
import { certificateIn } from '../src/certificates.ts'
import { runPlan } from '../src/relying-party/drive.ts'
import { relyingPartyPlans } from '../src/relying-party/plans.ts'
import { typedFor } from '../src/relying-party/provider-settings.ts'
import { createSuiteApi } from '../src/suite-api.ts'

const folder = mkdtempSync(join(tmpdir(), 'symbolon-conformance-client-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('npm run conformance:client', () => {
  it('refuses a plan that nobody knows in a sentence, and lists them', async () => {
    const program = fileURLToPath(new URL('../src/relying-party/main.ts', import.meta.url))
    const child = spawn(process.execPath, [program, '--data', folder, 'advanced'])
    child.stderr.setEncoding('utf8')
    const told: string[] = []
    child.stderr.on('data', (text) => told.push(text))
    const [code] = await once(child, 'close')
    assert.equal(code, 2)
    assert.match(told.join(''), /There is no plan advanced: basic, implicit, hybrid/)
  })
})

/** As much of the suite as one plan needs: its modules wait at once and end as `results` says. */
async function startSuite(issuer: string, results: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const posted: string[] = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://suite')
    asked.push(`${request.method} ${url.pathname}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (chunks.length > 0) posted.push(Buffer.concat(chunks).toString())
    const id = url.pathname.split('/').at(-1) ?? ''
    const begun = asked.filter((line) => line === `POST /api/runner/${id}`).length > 0
    const answers: readonly (readonly [RegExp, () => unknown])[] = [
      [/^\/api\/plan$/, () => ({ id: 'p1', modules: Object.keys(results).map((testModule) => ({ testModule })) })],
      [/^\/api\/runner$/, () => ({ id: url.searchParams.get('test') })],
      [/^\/api\/runner\/browser\//, () => ({ urls: ['https://app.example/initiate'] })],
      [/^\/api\/runner\//, () => ({ exposed: { issuer } })],
      [
        /^\/api\/info\//,
        () => {
          const looks = asked.filter((line) => line === `GET /api/info/${id}`).length
          return { status: begun ? (looks > 2 ? 'FINISHED' : 'WAITING') : 'CONFIGURED', result: results[id] }
        },
      ],
      [/^\/api\/log\//, () => [{ result: 'SUCCESS' }, { result: 'FAILURE', src: 'Look', msg: 'at this' }]],
    ]
    const [, answer] = answers.find(([path]) => path.test(url.pathname)) ?? []
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer?.() ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { asked, posted, server, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('a plan for relying parties', () => {
  it('is made, each module is begun and used, and what the app said of it is kept', async () => {
    const provider = await startStandIn({ alg: 'RS256' })
    const results = { 'oidcc-client-test': 'PASSED', 'oidcc-client-test-invalid-iss': 'FAILED' }
    const suite = await startSuite(provider.issuer, results)
    const files = await certificateIn(folder, 'relying-party', 'localhost')
    const pem = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
    tls.setDefaultCACertificates([...tls.getCACertificates(), pem.cert])
    const said: string[] = []
    const [basic] = relyingPartyPlans
    assert.ok(basic)
    const outcomes = await runPlan(
      {
        suite: { base: suite.base, alias: 'me' },
        api: createSuiteApi(suite.base, undefined),
        app: { host: 'localhost', address: 'localhost', port: 0, tls: pem },
        privateKey: {},
        folder: join(folder, 'kept'),
        say: (line) => said.push(line),
      },
      { ...basic, variants: basic.variants.slice(0, 1) },
    )
    await provider.stop()
    suite.server.close()

    assert.deepEqual(
      outcomes.map(({ module, result, complaints }) => [module, result, complaints]),
      Object.entries(results).map(([module, result]) => [module, result, ['Look: at this']]),
    )
    const configuration = JSON.parse(suite.posted[0] ?? '{}')
    assert.equal(configuration.alias, 'me')
    assert.match(configuration.client.redirect_uri, /^https:\/\/localhost:\d+\/api\/auth\/callback\/suite$/)
    assert.ok(suite.asked.includes('POST /api/runner/oidcc-client-test'))
    assert.ok(said.some((line) => /FAILED +oidcc-client-test-invalid-iss \[code\]/.test(line)))
    const at = join(folder, 'kept', 'basic', 'static_client')
    assert.deepEqual(readdirSync(at), ['01-oidcc-client-test.log', '02-oidcc-client-test-invalid-iss.log'])
    const log = readFileSync(join(at, '01-oidcc-client-test.log'), 'utf8')
    assert.match(log, /GET http:\/\/127\.0\.0\.1:\d+\/authorize 302[\s\S]*shown with 200: .*Signed in/)
    assert.equal(/code=|eyJ/.test(log), false)
  })

  it('knows what a person would type for the modules of WebFinger, and for no other', () => {
    const suite = { base: 'https://suite.example:8443', alias: 'me' }
    const typed = (name: string) => typedFor(suite, `oidcc-client-test-discovery-${name}`)
    assert.equal(typed('webfinger-acct'), 'acct:me.oidcc-client-test-discovery-webfinger-acct@suite.example:8443')
    assert.equal(typed('webfinger-url'), 'https://suite.example:8443/me/oidcc-client-test-discovery-webfinger-url')
    assert.equal(typed('openid-config'), undefined)
  })
})
