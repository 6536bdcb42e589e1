/** How long a provider's keys are believed, and when they are fetched again. */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { createKeys } from '@symbolon/client/jwt/keys'
import { guarded } from '@symbolon/client/network'
import { exportJWK, generateKeyPair, type JWK } from 'jose'

const uri = 'https://id.example.com/jwks'
const token = { payload: '', signature: '' }
const pair = await generateKeyPair('ES256')
const jwk = (kid: string): Promise<JWK> =>
  exportJWK(pair.publicKey).then((key) => ({ ...key, kid, alg: 'ES256', use: 'sig' }))

let clock = 0
let asked = 0
let answer: () => Promise<Response>
const place = {
  uri,
  network: guarded(() => {
    asked++
    return answer()
  }, 'loopback'),
}

beforeEach(() => {
  clock = 0
  asked = 0
  answer = async () => Response.json({ keys: [await jwk('k1')] })
})

const keys = () => {
  const { find } = createKeys(() => clock)(place)
  return (kid: string) => find({ alg: 'ES256', kid }, token)
}

describe('the keys of a provider', () => {
  it('are fetched once for all who ask at a time, and kept', async () => {
    const find = keys()
    await Promise.all(Array.from({ length: 20 }, () => find('k1')))
    clock += 299_000
    await find('k1')
    assert.equal(asked, 1)
  })

  it('are believed for five minutes, so that a withdrawn one is forgotten', async () => {
    const find = keys()
    await find('k1')
    clock += 300_000
    answer = async () => Response.json({ keys: [await jwk('k2')] })
    await assert.rejects(find('k1'), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
    assert.equal(asked, 2)
  })

  it('are fetched again for a key that is not among them, four times in a minute and then again', async () => {
    const find = keys()
    await find('k1')
    for (let count = 0; count < 10; count++) await assert.rejects(find('made up'))
    assert.equal(asked, 4)
    clock += 61_000
    answer = async () => Response.json({ keys: [await jwk('k2')] })
    await find('k2')
    assert.equal(asked, 5)
  })

  it('serve on while the provider does not answer, and only then', async () => {
    const find = keys()
    await find('k1')
    clock += 300_000
    answer = async () => new Response(null, { status: 503 })
    await find('k1')
    answer = async () => Promise.reject(new TypeError('fetch failed'))
    await find('k1')
    answer = async () => new Response('gone', { status: 404 })
    await assert.rejects(find('k1'), { code: 'discovery_failed' })
  })

  it('are not believed for ever because somebody keeps the provider from answering', async () => {
    const find = keys()
    await find('k1')
    answer = async () => new Response(null, { status: 503 })
    clock += 59 * 60_000
    await find('k1')
    clock += 2 * 60_000
    await assert.rejects(find('k1'), { code: 'provider_unavailable' })
  })

  it('are asked for four times in a minute and no more, also while the provider does not answer', async () => {
    const find = keys()
    answer = async () => new Response(null, { status: 503 })
    for (let count = 0; count < 10; count++) await assert.rejects(find('k1'), { code: 'provider_unavailable' })
    assert.equal(asked, 4)
    clock += 61_000
    answer = async () => Response.json({ keys: [await jwk('k1')] })
    await find('k1')
    clock += 300_000
    answer = async () => new Response(null, { status: 503 })
    asked = 0
    for (let count = 0; count < 10; count++) await find('k1')
    assert.equal(asked, 4)
  })

  for (const [what, body] of [
    ['no set', { key: 1 }],
    ['no list', { keys: 'k1' }],
    ['nothing', null],
  ] as const) {
    it(`are none when the address holds ${what}`, async () => {
      answer = async () => Response.json(body)
      await assert.rejects(keys()('k1'), { code: 'discovery_failed', expected: 'a set of keys' })
    })
  }
})
