/** Every secret, key and handle comes from the generator that cryptography may rely on. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { codeOf, files } from '../architecture/tree.ts'

// Storage makes no secret; it waits for a random moment before it tries again.
const sources = files('{protocol,roles,apps,adapters/http,adapters/frameworks}/**/src/**/*.ts')

it('nothing of the server, the client or the guard asks Math.random (RFC 7515 §10.1) [RFC7515-10.1-01]', () => {
  assert.ok(sources.length > 100)
  assert.deepEqual(
    sources.filter((file) => /\bMath\s*(\?\.|\.|\[)\s*['"`]?random\b/.test(codeOf(file))),
    [],
  )
  assert.ok(sources.some((file) => /\brandomBytes\b|\bgetRandomValues\b/.test(codeOf(file))))
  assert.ok(sources.some((file) => /\bgenerateKeyPair\b/.test(codeOf(file))))
})
