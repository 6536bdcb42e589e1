/** What is told of the person: at userinfo, by scope and by name; in the ID token only where there is nothing else. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { people } from 'conformance/people'
import { newBrowser } from '../browser.ts'
import { checkClaimTypes } from '../checks.ts'
import { startHarness } from '../harness.ts'
import type { Party } from '../party.ts'
import { every, testModule, withToken } from '../variants.ts'

const [{ claims: ofAda, email, sub }] = people
const all: Readonly<Record<string, unknown>> = { ...ofAda, email }

const scopes = {
  profile:
    'name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale updated_at',
  email: 'email email_verified',
  address: 'address',
  phone: 'phone_number phone_number_verified',
}

describe('userinfo', async () => {
  const harness = await startHarness()
  const browser = newBrowser(harness)

  const signIn = async (party: Party) => (await party.authorize(browser)).tokens
  testModule('oidcc-userinfo-get', withToken, harness, async (party) => {
    const { accessToken, front, back } = await signIn(party)
    const claims = await party.userinfo(accessToken)
    for (const token of [front, back]) assert.ok(token === undefined || token.sub === claims.sub)
  })
  testModule('oidcc-userinfo-post-header', withToken, harness, async (party) => {
    const { accessToken, claims } = await signIn(party)
    assert.equal((await party.userinfo(accessToken, { method: 'POST' })).sub, claims.sub)
  })
  testModule('oidcc-userinfo-post-body', withToken, harness, async (party) => {
    const { accessToken = '', claims } = await signIn(party)
    const body = new URLSearchParams({ access_token: accessToken })
    const response = await fetch(harness.endpoint('userinfo_endpoint'), { method: 'POST', body })
    assert.equal(response.status, 200)
    assert.equal((await response.json()).sub, claims.sub)
  })

  /** Every claim that is promised, as the person has it, and none besides. */
  async function tells(party: Party, words: readonly (keyof typeof scopes)[]): Promise<void> {
    const { tokens } = await party.authorize(browser, { scope: ['openid', ...words].join(' ') })
    const promised = words.flatMap((word) => scopes[word].split(' '))
    const expected = Object.fromEntries(promised.map((name) => [name, all[name]]))
    if (tokens.accessToken !== undefined)
      return assert.deepEqual(await party.userinfo(tokens.accessToken), { sub: tokens.claims.sub, ...expected })
    const told = Object.fromEntries(Object.entries(tokens.claims).filter(([name]) => name in all))
    checkClaimTypes(told)
    assert.deepEqual(told, expected)
  }

  for (const word of ['profile', 'email', 'address', 'phone'] as const)
    testModule(`oidcc-scope-${word}`, every, harness, (party) => tells(party, [word]))
  testModule('oidcc-scope-all', every, harness, (party) => tells(party, ['profile', 'email', 'address', 'phone']))

  testModule('oidcc-claims-essential', every, harness, async (party) => {
    assert.equal(harness.metadata.claims_parameter_supported, true)
    const place = party.responseType === 'id_token' ? 'id_token' : 'userinfo'
    const claims = JSON.stringify({ [place]: { name: { essential: true } } })
    const { tokens } = await party.authorize(browser, { claims })
    assert.equal(tokens.claims.sub, sub)
    const told = place === 'id_token' ? tokens.claims : await party.userinfo(tokens.accessToken)
    assert.equal(told.name, ofAda.name)
  })
})
