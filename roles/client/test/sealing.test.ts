/** What is sealed is read by nobody else, for nothing else, and not too late. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSealer } from '@symbolon/client/sealing'
import { base64url, EncryptJWT, SignJWT } from 'jose'
import { secret } from './support/app.ts'

const site = 'https://shop.example.com'
const sealer = (change: Partial<Parameters<typeof createSealer>[0]> = {}) =>
  createSealer({ secrets: [secret], site, now: () => 1_000_000, ...change })
const content = { state: 'a secret state' }

describe('a sealed value', () => {
  it('opens for the purpose it was sealed for, and shows nothing of itself (RFC 10017 §6.1.3.2) [RFC10017-6.1.3.2-02]', async () => {
    const sealed = await sealer().seal('attempt', content, 2_000)
    assert.deepEqual(await sealer().open('attempt', sealed), content)
    for (const part of sealed.split('.')) assert.equal(Buffer.from(part, 'base64url').includes('a secret'), false)
    assert.notEqual(await sealer().seal('attempt', content, 2_000), sealed)
  })

  it('opens for no other purpose, site or secret, and not when it is over', async () => {
    const sealed = await sealer().seal('attempt', content, 1_500)
    assert.equal(await sealer().open('session', sealed), undefined)
    assert.equal(await sealer({ site: 'https://other.example.com' }).open('attempt', sealed), undefined)
    assert.equal(await sealer({ secrets: [`${secret}!`] }).open('attempt', sealed), undefined)
    assert.equal(await sealer({ now: () => 1_500_000 }).open('attempt', sealed), undefined)
  })

  it('opens under an older secret', async () => {
    const sealed = await sealer().seal('attempt', content, 2_000)
    assert.deepEqual(await sealer({ secrets: [`${secret}!`, secret] }).open('attempt', sealed), content)
  })

  it('does not open when any of it was changed', async () => {
    const sealed = await sealer().seal('attempt', content, 2_000)
    for (let at = 0; at < sealed.length; at += 7) {
      // the last character of a part holds bits that stand for nothing
      if (sealed[at] === '.' || /^(\.|$)/.test(sealed.slice(at + 1))) continue
      const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'Q' : 'A'}${sealed.slice(at + 1)}`
      assert.equal(await sealer().open('attempt', changed), undefined, `at ${at}`)
    }
  })

  it('is not taken in another form: signed, unsigned, or encrypted to a password', async () => {
    const key = new TextEncoder().encode(secret)
    const signed = await new SignJWT({ content, exp: 2_000 }).setProtectedHeader({ alg: 'HS256' }).sign(key)
    const password = await new EncryptJWT({ content, exp: 2_000 })
      .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM' })
      .encrypt(key)
    const none = `${base64url.encode('{"alg":"none"}')}.${base64url.encode(JSON.stringify({ content, exp: 2_000 }))}.`
    for (const value of [signed, password, none, '', '....']) {
      assert.equal(await sealer().open('attempt', value), undefined)
    }
  })
})
