import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRandom } from '../src/random.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('random bytes from a stock', () => {
  it('gives as many as are asked for, over the end of the stock too', () => {
    const random = createRandom()
    for (const bytes of [0, 1, 5, 9, 16, 32, 64, 65, 5_000]) {
      for (let time = 0; time < 300; time++) assert.equal(random(bytes).length, bytes)
    }
  })

  it('gives none twice', () => {
    const random = createRandom()
    const given = Array.from({ length: 10_000 }, () => hex(random(16)))
    assert.equal(new Set(given).size, given.length)
  })

  it('keeps what was given: nobody writes over it later', () => {
    const random = createRandom()
    const given = Array.from({ length: 1_000 }, () => random(32))
    const before = given.map(hex)
    for (let time = 0; time < 1_000; time++) random(32)
    assert.deepEqual(given.map(hex), before)
    assert.ok(given.every((bytes) => bytes.some((byte) => byte !== 0)))
  })
})
