/** `npm run conformance -- --run`: what it asks the suite for, what it does while modules wait, and what it says. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../../../tests/support/ports.ts'
import { certificateIn } from '../src/certificates.ts'
import { plans, shortName } from '../src/plans.ts'
import { runPlans } from '../src/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'symbolon-conformance-run-'))
after(() => rmSync(folder, { recursive: true, force: true }))

interface Ends {
  readonly result: string
  readonly log?: readonly object[]
}

/** As much of the suite as plans need, and the control of the server beside it; tells what it was asked for. */
async function startSuite(modules: Readonly<Record<string, Ends>>) {
  const asked: string[] = []
  const configurations: unknown[] = []
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://suite')
    const path = `${request.method} ${pathname.replace('/api/', '')}`
    asked.push(path)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (chunks.length > 0) configurations.push(JSON.parse(Buffer.concat(chunks).toString()))
    const id = pathname.split('/').at(-1) ?? ''
    const waits = id.endsWith('rotate-keys') && !asked.includes(`POST runner/${id}`)
    const answers: Readonly<Record<string, unknown>> = {
      'POST plan': { id: 'p1', modules: Object.keys(modules).map((testModule) => ({ testModule })) },
      'POST runner': { id: searchParams.get('test') },
      [`GET info/${id}`]: { status: waits ? 'CONFIGURED' : 'FINISHED', result: modules[id]?.result },
      [`GET log/${id}`]: modules[id]?.log ?? [],
    }
    response.end(JSON.stringify(answers[path] ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => server.close())
  return { asked, configurations, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function run(modules: Readonly<Record<string, Ends>>, name: string, only?: string) {
  const { base, ...suite } = await startSuite(modules)
  const { cert } = await certificateIn(folder, 'suite', 'localhost')
  const said: string[] = []
  const isGood = await runPlans(
    {
      issuer: 'https://op.example',
      suite: { base, alias: 'me' },
      control: base,
      folder,
      suiteCertificate: cert,
    },
    plans.filter((plan) => shortName(plan) === name).map((plan) => ({ ...plan, variants: plan.variants.slice(0, 1) })),
    { token: undefined, only, chromium: 'none', say: (line) => said.push(line) },
  )
  return { ...suite, said: said.join('\n'), isGood }
}

describe('a run of plans', () => {
  it('makes a plan, begins each module, and says how all ended, with the suite’s words of what is wrong', async () => {
    const modules = {
      'oidcc-server': { result: 'PASSED' },
      'oidcc-idtoken-unsigned': { result: 'SKIPPED' },
      'oidcc-scope-all': { result: 'WARNING', log: [{ result: 'WARNING', src: 'Look', msg: 'at this' }] },
    }
    const { asked, configurations, said, isGood } = await run(modules, 'basic')
    assert.equal(asked[0], 'POST plan')
    assert.equal(asked.filter((path) => path === 'POST runner').length, 3)
    assert.equal((configurations as readonly { readonly alias: string }[])[0]?.alias, 'me')
    assert.match(said, /WARNING +oidcc-scope-all \[code\] oidcc-scope-all\n +WARNING Look: at this/)
    assert.match(said, /\| `oidcc-basic-certification-test-plan` \| 3 \| 1 \| 0 \| 1 \| 1 \| 0 \|/)
    assert.equal(isGood, false, 'a warning is not good')
    assert.match(readFileSync(join(folder, 'results', 'results.md'), 'utf8'), /^\| Plan \| Modules \|/)
  })

  it('is good where modules passed, were skipped or are to be looked at, and keeps what is to be looked at', async () => {
    const log = [{ result: 'REVIEW', page_source: '<h1>Stopped</h1>' }, { result: 'SUCCESS' }]
    const { isGood } = await run({ 'oidcc-prompt-login': { result: 'REVIEW', log } }, 'implicit')
    assert.ok(isGood)
    const [kept = ''] = readdirSync(join(folder, 'results')).filter((name) => name.startsWith('oidcc-implicit'))
    const page = join(folder, 'results', kept, 'oidcc-prompt-login.html')
    assert.equal(readFileSync(page, 'utf8'), '<h1>Stopped</h1>')
  })

  it('is not good where nothing was run', async () => {
    const { asked, isGood } = await run({ 'oidcc-server': { result: 'PASSED' } }, 'basic', 'oidcc-other')
    assert.deepEqual(asked, ['POST plan'])
    assert.equal(isGood, false)
  })

  it('rotates the keys while oidcc-server-rotate-keys waits, and only then starts it', async () => {
    const { asked, isGood } = await run({ 'oidcc-server-rotate-keys': { result: 'PASSED' } }, 'dynamic')
    const order = ['POST runner', 'GET info', 'POST /rotate-keys', 'POST runner/oidcc-server-rotate-keys']
    const seen = asked.flatMap((path) => order.find((start) => path === start) ?? [])
    assert.ok(isGood)
    assert.deepEqual(seen, ['POST runner', 'POST /rotate-keys', 'POST runner/oidcc-server-rotate-keys'])
  })

  it('goes on where a module can’t be run, and takes it for failed', async () => {
    const modules = {
      'oidcc-session-management-rp-initiated-logout': { result: 'PASSED' },
      'oidcc-server': { result: 'PASSED' },
    }
    const { asked, said, isGood } = await run(modules, 'session-management')
    assert.match(said, /BROKEN +oidcc-session-management-rp-initiated-logout/)
    assert.match(said, /\| 2 \| 1 \| 0 \| 0 \| 0 \| 1 \|/)
    assert.ok(asked.includes('DELETE runner/oidcc-session-management-rp-initiated-logout'))
    assert.equal(isGood, false)
  })

  const main = async (...options: readonly string[]) => {
    const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
    const child = spawn(process.execPath, [program, '--data', folder, ...options])
    child.stderr.setEncoding('utf8')
    const heard: string[] = []
    child.stderr.on('data', (text) => heard.push(text))
    const [code] = await once(child, 'close')
    return [code, heard.join('')] as const
  }

  for (const [options, told] of [
    [['--run', 'advanced'], /There is no plan advanced: basic, implicit, hybrid/],
    [['basic'], /Plans are named with --run/],
  ] as const)
    it(`refuses ${options.join(' ')} in a sentence`, async () => {
      const [code, heard] = await main(...options)
      assert.equal(code, 2)
      assert.match(heard, told)
    })

  it('says in a sentence that there is no suite, and why', async () => {
    const [port] = await freePorts(1)
    const suite = `https://127.0.0.1:${port}`
    assert.deepEqual(await main('--run', '--suite', suite, '--port', '0', '--control', '0'), [
      1,
      `The suite does not answer at ${suite}: ECONNREFUSED.\n`,
    ])
  })
})
