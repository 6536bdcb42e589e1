import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { isTakenForKnown } from '@symbolon/authorization-server/registration/names'

describe('names that strangers give themselves', () => {
  it('are held to the known ones word by word, however many words a letter stands for: no name keeps all others waiting (RFC 7591 §5)', {
    timeout: 20_000,
  }, async ({ signal }) => {
    // One letter that is four words in its compatible form; as many languages as one request has room for.
    const name = '\uFDFA'.repeat(120)
    const place = {
      settings: { name: 'Example', declaredNames: Array.from({ length: 50 }, (_, at) => `Print Shop ${at}`) },
      url: 'https://login.example.com',
    }
    for (let language = 0; language < 100; language++) {
      assert.equal(isTakenForKnown(name, place), false)
      await setImmediate()
      signal.throwIfAborted()
    }
    assert.equal(isTakenForKnown(`${name} Print Shop 49`, place), true)
    assert.equal(isTakenForKnown(`${name} Print Shop 490`, place), false)
  })
})
