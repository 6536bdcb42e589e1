import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { createPasswords, isOutdated, owaspParameters } from '../../src/people/passwords.ts'

const random = (bytes: number) => randomBytes(bytes)
const cheap = createPasswords(random, { memory: 64, passes: 1, parallelism: 1 })

describe('a password', () => {
  it('is kept as argon2id at the parameters that OWASP names, each under its own salt', async () => {
    const passwords = createPasswords(random)
    const [one, two] = await Promise.all([passwords.hash('print my photos'), passwords.hash('print my photos')])
    assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    assert.notEqual(one, two)
    assert.equal(await passwords.verify('print my photos', one), true)
    assert.equal(await passwords.verify('print my photo', one), false)
    assert.equal(isOutdated(one), false)
  })

  it('verifies against a hash that another implementation wrote (RFC 9106)', async () => {
    // From the reference implementation: argon2 somesalt -id -t 2 -k 65536 -p 1.
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    assert.equal(await cheap.verify('password', hash), true)
    assert.equal(await cheap.verify('Password', hash), false)
    assert.equal(isOutdated(hash), true)
  })

  it('verifies against a hash made with other parameters, which then counts as outdated', async () => {
    const hash = await cheap.hash('secret')
    assert.equal(await createPasswords(random).verify('secret', hash), true)
    assert.equal(isOutdated(hash), true)
    assert.equal(isOutdated(hash, { memory: 64, passes: 1, parallelism: 1 }), false)
    assert.equal(isOutdated('no hash'), true)
    assert.equal(owaspParameters.memory, 19_456)
  })

  it('is the same however its letters were composed', async () => {
    assert.equal(await cheap.verify('cafe\u0301', await cheap.hash('caf\u00e9')), true)
  })

  it('of more than 1,024 bytes is refused', async () => {
    const long = 'ü'.repeat(512)
    assert.equal(await cheap.verify(long, await cheap.hash(long)), true)
    await assert.rejects(cheap.hash(`${long}x`), RangeError)
    assert.equal(await cheap.verify(`${long}x`, await cheap.hash(long)), false)
  })

  it('is never right for nobody, or for a hash that is none', async () => {
    for (const hash of [null, '', 'print my photos', '$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAA$AAAA']) {
      assert.equal(await cheap.verify('', hash), false)
      assert.equal(await cheap.verify('print my photos', hash), false)
    }
  })
})
