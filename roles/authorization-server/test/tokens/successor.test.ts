import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { successorSeal } from '../../src/tokens/successor.ts'

describe('the sealed successor of a refresh token', () => {
  it('opens with the presented token, and with no other', () => {
    const sealed = successorSeal('presented').seal('successor')
    assert.equal(successorSeal('presented').open(sealed), 'successor')
    assert.equal(successorSeal('another').open(sealed), undefined)
  })

  it('shows nothing of either token', () => {
    const sealed = Buffer.from(successorSeal('presented').seal('successor'), 'base64url')
    assert.ok(!sealed.includes('successor') && !sealed.includes('presented'))
    assert.ok(!JSON.stringify(successorSeal('presented')).includes('presented'))
  })
})
