/** What `npm start` runs: three servers, their data and what it says, as a real process. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type How, place, run as runProgram, start as startProgram } from '../../../apps/cli/test/symbolon.ts'

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const start = (args: readonly string[], how: How = {}) => startProgram(args, { ...how, program })
const run = (args: readonly string[]) => runProgram(args, { program })

const distances = [0, 100, 200]

async function occupy(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1')
  const [outcome] = await Promise.race([once(server, 'listening').then(() => ['free']), once(server, 'error')])
  return outcome === 'free' ? server : undefined
}

/** A port that is free, and so are those 100 and 200 above it. */
async function freePorts(): Promise<number> {
  for (let port = 20_000 + (process.pid % 8_000); port < 32_000; port++) {
    const taken = await Promise.all(distances.map((distance) => occupy(port + distance)))
    for (const server of taken) server?.close()
    if (!taken.includes(undefined)) return port
  }
  throw new Error('No three ports are free.')
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('the demo', () => {
  it('answers at three places once it has said where, keeps its data to itself, and ends with 0', async () => {
    using here = place()
    const port = await freePorts()
    const demo = start(['--port', String(port)], { cwd: here.folder })
    const welcome = await demo.line(/Stop with Ctrl-C/).then(() => demo.line(/Sign in/))
    assert.match(welcome, /as alice@example\.com or bob@example\.com, password: print my photos$/)
    for (const distance of distances) {
      assert.equal((await fetch(`http://localhost:${port + distance}/`)).status, 200)
      assert.ok(await demo.line(new RegExp(`http://localhost:${port + distance} `)))
    }
    assert.match(await demo.line(/Kept in/), /\.symbolon\/ .+\.symbolon\/secret/)
    const data = join(here.folder, '.symbolon')
    assert.equal(modeOf(data), '700')
    for (const name of ['secret', 'print-shop-secret', 'print-shop-cookie-secret', 'symbolon.yaml', 'symbolon.db']) {
      assert.equal(modeOf(join(data, name)), '600', name)
    }

    const signIn = await fetch(`http://localhost:${port + 200}/api/auth/signin/symbolon`, { redirect: 'manual' })
    assert.equal(signIn.status, 302)
    const wrong = new URL(signIn.headers.get('location') ?? '')
    assert.equal(wrong.origin, `http://localhost:${port}`)
    wrong.searchParams.set('redirect_uri', `http://127.0.0.1:${port + 200}/api/auth/callback/symbolon`)
    assert.equal((await fetch(wrong)).status, 400)
    await demo.line(/✗ sign-in +print-shop +redirect_uri_not_registered/)
    await demo.line(/likely +One says localhost, the other names the address\./)
    const more = await demo.line(/more +npx symbolon flow/)

    demo.child.kill('SIGTERM')
    assert.equal((await demo.ended).code, 0)
    const [, flow = ''] = /symbolon flow (\S+)/.exec(more) ?? []
    const told = await runProgram(['flow', flow], { cwd: here.folder })
    assert.match(told.stdout, /redirect_uri_not_registered/)
  })

  it('keeps secrets and keys from one start to the next', async () => {
    using here = place()
    const port = await freePorts()
    const data = join(here.folder, 'data')
    const runs: string[] = []
    for (let times = 0; times < 2; times++) {
      const demo = start(['--port', String(port), '--data', data])
      await demo.line(/Stop with Ctrl-C/)
      const keys = await (await fetch(`http://localhost:${port}/jwks`)).text()
      runs.push(`${readFileSync(join(data, 'secret'))}${readFileSync(join(data, 'print-shop-secret'))}${keys}`)
      demo.child.kill('SIGINT')
      assert.equal((await demo.ended).code, 0)
    }
    assert.equal(runs[0], runs[1])
  })

  for (const distance of distances) {
    it(`says that a port is in use and makes nothing, when it is the one ${distance} above`, async () => {
      using here = place()
      const port = await freePorts()
      const other = await occupy(port + distance)
      const data = join(here.folder, 'data')
      const ended = await run(['--port', String(port), '--data', data])
      other?.close()
      assert.deepEqual(ended, {
        code: 1,
        stdout: '',
        stderr: `Port ${port + distance} is in use by another program; stop that one or choose another port with --port.\n`,
      })
      assert.ok(!existsSync(data))
    })
  }

  it("says that the data folder can't be written", async () => {
    using here = place()
    const file = here.write('file', '')
    const port = await freePorts()
    const { code, stdout, stderr } = await run(['--port', String(port), '--data', file])
    assert.deepEqual([code, stdout], [1, ''])
    assert.equal(stderr, `The data folder ${file} can't be written: there is a file of that name.\n`)
  })
})
