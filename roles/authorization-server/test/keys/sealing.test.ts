import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSealing, generateSecret } from '../../src/keys/sealing.ts'

const secret = generateSecret()
const sealing = createSealing(secret)

describe('sealing under the installation secret', () => {
  it('opens what it sealed, for the same purpose and context, after a restart, too', () => {
    const sealed = sealing.seal('cookie', 'Olá 🦊', 'interaction-1')
    assert.equal(createSealing(secret).open('cookie', sealed, 'interaction-1'), 'Olá 🦊')
  })

  it('opens nothing for another purpose, another context or another secret', () => {
    const sealed = sealing.seal('cookie', 'text', 'one')
    assert.equal(sealing.open('signing key', sealed, 'one'), undefined)
    assert.equal(sealing.open('cookie', sealed, 'two'), undefined)
    assert.equal(createSealing(generateSecret()).open('cookie', sealed, 'one'), undefined)
  })

  it('opens nothing of which a single bit was changed (attack 95)', () => {
    const bytes = Buffer.from(sealing.seal('cookie', 'text', 'one'), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      assert.equal(sealing.open('cookie', changed.toString('base64url'), 'one'), undefined)
    }
  })

  it('opens nothing that is too short to be anything', () => {
    for (const text of ['', 'x', 'AAAA']) assert.equal(sealing.open('cookie', text, 'one'), undefined)
  })

  it('seals the same text differently each time', () => {
    assert.notEqual(sealing.seal('cookie', 'text', 'one'), sealing.seal('cookie', 'text', 'one'))
  })

  it('digests equal values equally, within one purpose and one installation', () => {
    assert.equal(sealing.digest('csrf', 'a'), createSealing(secret).digest('csrf', 'a'))
    assert.notEqual(sealing.digest('csrf', 'a'), sealing.digest('csrf', 'b'))
    assert.notEqual(sealing.digest('csrf', 'a'), sealing.digest('trace', 'a'))
    assert.notEqual(sealing.digest('csrf', 'a'), createSealing(generateSecret()).digest('csrf', 'a'))
  })

  it('takes no short secret, and makes long ones [RFC8725-3.5-01]', () => {
    assert.throws(() => createSealing('changeme'), TypeError)
    assert.match(generateSecret(), /^[\w-]{43}$/)
  })
})
