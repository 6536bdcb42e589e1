/** Signing keys are rotated by command while a guard checks tokens: no token that is in its right is refused. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createGuard } from '@symbolon/resource-server'
import { loadConfig, startServer } from '@symbolon/server'
import { decodeProtectedHeader } from 'jose'
import { freePorts } from '../support/ports.ts'
import { configFor, library, secret } from '../support/server.ts'

const program = fileURLToPath(new URL('../../apps/cli/src/symbolon.mjs', import.meta.url))

it('rotates keys by command without a verifier refusing one token (OpenID Connect Core §10.1.1)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-rotation-'))
  const [port = 0] = await freePorts(1)
  const url = `http://localhost:${port}`
  const file = join(folder, 'symbolon.json')
  const lifetimes = { jwksCache: 10, accessToken: 60 }
  writeFileSync(file, JSON.stringify(configFor({ port, url, storage: 'sqlite:keys.db', data: folder, lifetimes })))
  const server = await startServer(await loadConfig(file))
  try {
    const guard = createGuard({ issuer: url, audience: library })
    const newToken = async () => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'photos:read', resource: library })
      const authorization = `Basic ${Buffer.from(`robot:${secret}`).toString('base64')}`
      const answer = await fetch(`${url}/token`, { method: 'POST', body, headers: { authorization } })
      const { access_token: token } = await answer.json()
      return String(token)
    }
    const passes = async (token: string) => {
      const request = new Request(`${library}/photos`, { headers: { authorization: `Bearer ${token}` } })
      const checked = await guard.check(request, { scopes: ['photos:read'] })
      assert.ok(checked.ok, checked.ok ? '' : checked.reason)
    }

    const first = await newToken()
    await passes(first)
    await promisify(execFile)(process.execPath, [program, 'keys', 'rotate', '--config', file])

    const kids = new Set<string | undefined>([decodeProtectedHeader(first).kid])
    for (let turn = 0; turn < 400 && kids.size < 2; turn++) {
      const token = await newToken()
      kids.add(decodeProtectedHeader(token).kid)
      await passes(token)
      await passes(first)
      await pause(100)
    }
    assert.equal(kids.size, 2, 'the new key signs')
    await passes(first)
    const { keys } = await (await fetch(`${url}/jwks`)).json()
    assert.ok(
      keys.some(({ kid }: { kid: string }) => kid === decodeProtectedHeader(first).kid),
      'the old key is still published',
    )
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
