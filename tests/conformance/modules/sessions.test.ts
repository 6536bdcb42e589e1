/** Who is signed in, since when, and when they are asked again. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { JWTPayload } from 'jose'
import { newBrowser } from '../browser.ts'
import { startHarness } from '../harness.ts'
import type { Parameters, Party } from '../party.ts'
import { every, testModule } from '../variants.ts'

describe('sessions', async () => {
  const harness = await startHarness()
  const known = newBrowser(harness)

  const timeOf = ({ auth_time: time }: JWTPayload): number => {
    assert.ok(typeof time === 'number', 'auth_time is there')
    return time
  }

  async function signsInAgain(party: Party, again: Parameters): Promise<void> {
    const first = await party.authorize(known, { max_age: '10000' })
    harness.later(2)
    const second = await party.authorize(known, { max_age: '10000', ...again })
    assert.ok(second.asked.includes('sign-in'))
    assert.equal(second.tokens.claims.sub, first.tokens.claims.sub)
    assert.ok(timeOf(second.tokens.claims) > timeOf(first.tokens.claims))
  }
  testModule('oidcc-prompt-login', every, harness, (party) => signsInAgain(party, { prompt: 'login' }))
  testModule('oidcc-max-age-1', every, harness, (party) => signsInAgain(party, { max_age: '1' }))

  testModule('oidcc-prompt-none-not-logged-in', every, harness, async (party) => {
    const error = await party.expectError(newBrowser(harness), { prompt: 'none' })
    assert.match(error, /^(login|interaction|account_selection|consent)_required$/)
  })

  async function goesStraight(party: Party, first: Parameters, again: (idToken: string) => Parameters): Promise<void> {
    const before = await party.authorize(known, first)
    harness.later(1)
    const after = await party.authorize(known, again(before.tokens.idToken))
    assert.deepEqual(
      after.asked.filter((kind) => kind !== 'form-post'),
      [],
    )
    assert.equal(after.tokens.claims.sub, before.tokens.claims.sub)
    assert.equal(after.tokens.claims.auth_time, before.tokens.claims.auth_time)
  }
  testModule('oidcc-prompt-none-logged-in', every, harness, (party) =>
    goesStraight(party, {}, () => ({ prompt: 'none' })),
  )
  testModule('oidcc-id-token-hint', every, harness, (party) =>
    goesStraight(party, {}, (idToken) => ({ prompt: 'none', id_token_hint: idToken })),
  )
  testModule('oidcc-max-age-10000', every, harness, async (party) => {
    await goesStraight(party, { max_age: '15000' }, () => ({ max_age: '10000' }))
    const { tokens } = await party.authorize(known, { max_age: '10000' })
    timeOf(tokens.claims)
  })
})
