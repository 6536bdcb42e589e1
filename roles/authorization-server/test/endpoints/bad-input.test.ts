import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { introspection } from '../../src/endpoints/introspection.ts'
import { revocation } from '../../src/endpoints/revocation.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { basic, createWorld, type World } from '../support/back-channel/world.ts'

const names = [
  'grant_type',
  'code',
  'redirect_uri',
  'code_verifier',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'refresh_token',
  'scope',
  'resource',
  'token',
  'token_type_hint',
  'access_token',
]
const values = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'app',
  'shop',
  'a.b.c',
  'eyJhbGciOiJub25lIn0.e30.',
  'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  'https://photos.example',
  'photos.read',
]
const value = fc.oneof(fc.constantFrom(...values), fc.string({ unit: 'binary' }))
const form = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'binary' })), value), {
  maxLength: 10,
})
const header = fc.oneof(
  fc.constant({}),
  fc.constantFrom(basic('shop'), basic('shop', 'wrong'), basic('\0', '\0')),
  fc.string().map((text) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })),
  fc.string().map((authorization) => ({ authorization })),
)

describe('bad input at the back channel', () => {
  let world: World
  before(async () => {
    world = await createWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  for (const [name, endpoint] of Object.entries({ token, introspection, revocation, userinfo })) {
    it(`gets the right kind of answer from ${name}, whatever it is`, async () => {
      const property = fc.asyncProperty(form, header, async (entries, headers) => {
        const said = await world.call(endpoint, { form: new URLSearchParams(entries), headers })
        assert.ok(said.status === 200 || (said.status >= 400 && said.status < 404), String(said.status))
        if (said.status === 200) return
        const { error, error_description: description } = said.body
        assert.equal(typeof error, said.answer.kind === 'empty' ? 'undefined' : 'string')
        assert.match(String(description ?? ''), /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/)
        if (said.status === 401) assert.ok(said.headers['www-authenticate'])
      })
      await fc.assert(property, { numRuns: 300 })
    })
  }
})
