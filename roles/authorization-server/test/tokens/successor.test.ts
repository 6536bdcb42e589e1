import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { newHandle } from '../../src/handles.ts'
import { successorSeal } from '../../src/tokens/successor.ts'

describe('the sealed successor of a refresh token', () => {
  const handle = () => newHandle(randomBytes)

  it('opens with the presented token, and with no other', () => {
    const [presented, successor] = [handle(), handle()]
    const sealed = successorSeal(presented).seal(successor)
    assert.equal(successorSeal(presented).open(sealed), successor)
    assert.equal(successorSeal(handle()).open(sealed), undefined)
  })

  it('shows nothing of either token', () => {
    const [presented, successor] = [handle(), handle()]
    const sealed = successorSeal(presented).seal(successor)
    const bytes = Buffer.from(sealed, 'base64url')
    for (const token of [presented, successor]) {
      assert.ok(!sealed.includes(token) && !bytes.includes(token) && !bytes.includes(Buffer.from(token, 'base64url')))
    }
    assert.ok(!JSON.stringify(successorSeal(presented)).includes(presented))
  })

  it('does not open when anything of it was changed, nor when it is of another form', () => {
    const presented = handle()
    const sealed = successorSeal(presented).seal(handle())
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'Q' : 'A'
      assert.equal(successorSeal(presented).open(sealed.slice(0, at) + other + sealed.slice(at + 1)), undefined)
    }
    for (const form of ['', 'x', 'ü'.repeat(65), randomBytes(71).toString('base64url')]) {
      assert.equal(successorSeal(presented).open(form), undefined)
    }
  })

  it('takes nothing but handles', () => {
    assert.throws(() => successorSeal(handle()).seal('a word'), TypeError)
  })
})
