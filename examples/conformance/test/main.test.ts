/** `npm run conformance`: what it says, what it refuses, and what it leaves for the suite. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../../../tests/support/ports.ts'

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))

describe('npm run conformance', () => {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-conformance-main-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const start = (...options: readonly string[]) => spawn(process.execPath, [program, '--data', folder, ...options])

  for (const [options, said] of [
    [['--cert', 'server.crt'], /needs both --cert and --key/],
    [['--suite', 'http://localhost:8443'], /at an https address/],
  ] as const)
    it(`refuses ${options.join(' ')} in a sentence`, async () => {
      const child = start(...options)
      child.stderr.setEncoding('utf8')
      const told: string[] = []
      child.stderr.on('data', (text) => told.push(text))
      const [code] = await once(child, 'close')
      assert.equal(code, 2)
      assert.match(told.join(''), said)
    })

  it('starts, says where everything is, and writes it for the suite that it was told of', async () => {
    const [port = 0, control = 0] = await freePorts(2)
    const child = start(
      '--port',
      String(port),
      '--control',
      String(control),
      '--name',
      'localhost',
      '--suite',
      'https://suite.example',
      '--alias',
      'me',
    )
    after(() => child.kill('SIGKILL'))
    const lines: string[] = []
    for await (const line of createInterface(child.stdout)) {
      lines.push(line)
      if (line.includes('Stop with Ctrl-C')) break
    }
    const shown = lines.join('\n')
    assert.match(shown, new RegExp(`Issuer +https://localhost:${port}`))
    assert.match(shown, new RegExp(`http://127\\.0\\.0\\.1:${control}/rotate-keys`))
    assert.equal(readdirSync(join(folder, 'plans')).length, 14)
    const compose = readFileSync(join(folder, 'suite-compose.yml'), 'utf8')
    assert.match(compose, /localhost:host-gateway/)
    assert.ok(compose.includes(`${join(folder, 'suite.crt')}:`))
    const config = JSON.parse(readFileSync(join(folder, 'symbolon.json'), 'utf8'))
    assert.deepEqual(config.outgoing.allow, ['suite.example'])
    assert.ok(config.clients[0].redirect_uris.includes('https://suite.example/test/a/me/callback'))
    child.kill('SIGTERM')
    const [code] = await once(child, 'close')
    assert.equal(code, 0)
  })
})
