/** What was probably meant. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nearest } from '@symbolon/server/nearest'

const known = ['redirect_uris', 'client_uri', 'scope', 'issuer', 'data']

describe('nearest', () => {
  const typed: readonly (readonly [string, string | undefined])[] = [
    ['redirect_urls', 'redirect_uris'],
    ['Issuer', 'issuer'],
    ['isseur', 'issuer'],
    ['scop', 'scope'],
    ['scopee', 'scope'],
    ['dtaa', 'data'],
    ['x', undefined],
    ['people', undefined],
    ['', undefined],
  ]
  for (const [word, meant] of typed) {
    it(`takes "${word}" for ${meant ?? 'nothing that it knows'}`, () => assert.equal(nearest(word, known), meant))
  }
})
