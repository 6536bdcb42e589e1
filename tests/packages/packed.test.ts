/** The packages as somebody else gets them: packed, installed into an empty project, imported, used and typed. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { buildPackages, npmPack } from '../../scripts/packages.ts'

const root = join(import.meta.dirname, '../..')
const wanted = ['protocol', 'client', 'resource-server', 'frameworks']
/** The libraries they need, packed from this checkout's own so that nothing is fetched. */
const libraries = ['jose', 'oauth4webapi']
const run = promisify(execFile)

/** What somebody writes on their first day: run by Node, read by the compiler with every declaration of ours. */
const use = `
import { createServer } from 'node:http'
import { createAuth, openid } from '@symbolon/client'
import { nodeAuth } from '@symbolon/frameworks/client/node'
import { nodeGuard } from '@symbolon/frameworks/guard/node'
import { createGuard, type VerifiedToken } from '@symbolon/resource-server'

const guard = nodeGuard(createGuard({ issuer: 'http://localhost:4000', audience: 'http://localhost:4100' }))
const auth = nodeAuth(
  createAuth({
    baseUrl: 'http://localhost:4200',
    secret: 'forty characters that nobody could guess',
    providers: { symbolon: openid({ issuer: 'http://localhost:4000', clientId: 'print-shop' }) },
  }),
)
const server = createServer((request, response) =>
  auth.routes(request, response, () =>
    guard.guarded('photos:read')(request, response, () => {
      const token: VerifiedToken = guard.tokenOf(request)
      response.end(token.sub)
    }),
  ),
)
server.listen(0, '127.0.0.1', async () => {
  const address = server.address()
  const origin = 'http://127.0.0.1:' + (typeof address === 'object' && address ? address.port : 0)
  const session = await fetch(origin + '/api/auth/session')
  const photos = await fetch(origin + '/photos')
  console.log(session.status, photos.status, photos.headers.get('www-authenticate')?.split(' ')[0])
  server.closeAllConnections()
  server.close()
})
`

const compilerSettings = {
  target: 'esnext',
  lib: ['esnext', 'dom', 'dom.iterable'],
  module: 'nodenext',
  strict: true,
  noEmit: true,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
}

const folder = mkdtempSync(join(tmpdir(), 'symbolon-packed-'))
const project = join(folder, 'project')

describe('the packed packages', () => {
  after(() => rmSync(folder, { recursive: true, force: true }))

  before(async () => {
    const ours = buildPackages(
      join(folder, 'built'),
      wanted.map((name) => `@symbolon/${name}`),
    )
    assert.equal(ours.length, wanted.length)
    mkdirSync(project)
    const theirs = npmPack(
      libraries.map((name) => join(root, 'node_modules', name)),
      folder,
    )
    writeFileSync(join(project, 'package.json'), '{ "name": "somebody", "private": true, "type": "module" }')
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: compilerSettings, include: ['use.ts'] }),
    )
    writeFileSync(join(project, 'use.ts'), use)
    const settings = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=peer']
    await run('npm', ['install', ...settings, ...ours, ...theirs], { cwd: project })
  })

  it('hold scripts, declarations and the licence, and no TypeScript to compile', () => {
    for (const name of wanted) {
      const inside = globSync('**/*.*', { cwd: join(project, 'node_modules/@symbolon', name) })
      assert.ok(inside.some((file) => file.endsWith('.js')))
      assert.ok(inside.some((file) => file.endsWith('.d.ts')))
      assert.deepEqual(
        inside.filter((file) => /(?<!\.d)\.ts$/.test(file)),
        [],
      )
      assert.ok(existsSync(join(project, 'node_modules/@symbolon', name, 'LICENSE')))
    }
  })

  it('sign in and guard', async () => {
    const { stdout } = await run(process.execPath, ['use.ts'], { cwd: project })
    assert.equal(stdout, '200 401 Bearer\n')
  })

  it('carry types that the compiler accepts', async () => {
    const tsc = join(root, 'node_modules/.bin/tsc')
    const { stdout } = await run(process.execPath, [tsc, '--project', project]).catch((failure) => failure)
    assert.equal(stdout, '')
  })
})
