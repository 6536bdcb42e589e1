import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { masked } from '../src/masked.ts'

const handle = '9NgoTIcyDhRVmYQ3B7mTg0Zv1eYh8m4a0Q2xUqPJd1s'

describe('masked text', () => {
  for (const [text, shown] of [
    [handle, '(43 characters)'],
    [`https://app.example/cb?code=${handle}&x=1`, 'https://app.example/cb?code=(43 characters)&x=1'],
    [`eyJhbGciOiJFUzI1NiJ9.${handle}.${handle}`, 'eyJhbGciOiJFUzI1NiJ9.(43 characters).(43 characters)'],
    ['openid photos:read', 'openid photos:read'],
    ['https://app.example/a/long/way/to/the/callback/of/it', 'https://app.example/a/long/way/to/the/callback/of/it'],
    ['6f1c1b0e-52a8-4a0c-9c3e-0f1b3c9d7e21', '6f1c1b0e-52a8-4a0c-9c3e-0f1b3c9d7e21'],
  ] as const)
    it(`shows ${text} as ${shown}`, () => assert.equal(masked(text), shown))
})
