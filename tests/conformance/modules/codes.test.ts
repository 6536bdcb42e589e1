/** Codes, redeemed once and by their client alone, and what refresh tokens give. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { newBrowser } from '../browser.ts'
import { checkIdToken } from '../checks.ts'
import { withRegistered } from '../dynamic.ts'
import { startHarness } from '../harness.ts'
import { checkTokenAnswer, checkTokenRefusal, type Party, staticClient } from '../party.ts'
import { basic, familyOf, testModule, testStatic, withCode } from '../variants.ts'

describe('codes', async () => {
  const harness = await startHarness()
  const browser = newBrowser(harness)

  const again = (party: Party, code: string | undefined) =>
    party.token({ grant_type: 'authorization_code', code, redirect_uri: party.client.redirectUri })

  testModule('oidcc-codereuse', withCode, harness, async (party) => {
    const { tokens } = await party.authorize(browser)
    assert.equal(await checkTokenRefusal(await again(party, tokens.code)), 'invalid_grant')
  })

  testModule('oidcc-codereuse-30seconds', withCode, harness, async (party) => {
    const { tokens } = await party.authorize(browser)
    await party.userinfo(tokens.accessToken)
    harness.later(30)
    assert.equal(await checkTokenRefusal(await again(party, tokens.code)), 'invalid_grant')
    const headers = { authorization: `Bearer ${tokens.accessToken}` }
    assert.equal((await fetch(harness.endpoint('userinfo_endpoint'), { headers })).status, 401)
  })

  testModule('oidcc-ensure-request-with-valid-pkce-succeeds', [...basic, 'code id_token'], harness, async (party) => {
    const verifier = randomBytes(32).toString('base64url')
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const asked = party.ask({ code_challenge: challenge, code_challenge_method: 'S256' })
    const { answer } = await browser.visit(asked.url)
    await party.finish(answer, asked, { verifier })
  })

  async function refreshes(party: Party): Promise<void> {
    const { grant_types_supported: grants, scopes_supported: scopes } = harness.metadata
    assert.ok(Array.isArray(grants) && grants.includes('refresh_token'))
    assert.ok(Array.isArray(scopes) && scopes.includes('offline_access'))
    const { asked, tokens } = await party.authorize(browser, { scope: 'openid offline_access', prompt: 'consent' })
    assert.ok(asked.includes('consent'))
    const { refreshToken, back } = tokens
    assert.ok(refreshToken !== undefined)
    harness.later(1)
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, scope: 'openid offline_access' }
    const response = await party.token(form)
    const refreshed = await checkTokenAnswer(response)
    assert.notEqual(refreshed.access_token, tokens.accessToken)
    await party.userinfo(String(refreshed.access_token))
    const idToken = String(refreshed.id_token)
    const { nonce } = decodeJwt(idToken)
    assert.ok(nonce === undefined || nonce === back?.nonce)
    const claims = await checkIdToken(idToken, harness, {
      clientId: party.client.clientId,
      nonce: typeof nonce === 'string' ? nonce : undefined,
      isFrontChannel: false,
      accessToken: String(refreshed.access_token),
    })
    for (const name of ['iss', 'sub', 'auth_time', 'azp'] as const) assert.equal(claims[name], back?.[name], name)
    assert.deepEqual([claims.aud].flat(), [back?.aud].flat())

    const another = staticClient(harness, familyOf(party.responseType), 'second')
    const newest = typeof refreshed.refresh_token === 'string' ? refreshed.refresh_token : refreshToken
    const stolen = await party.token({ ...form, refresh_token: newest }, another)
    assert.equal(await checkTokenRefusal(stolen), 'invalid_grant')
  }
  testStatic('oidcc-refresh-token', withCode, harness, refreshes)
  for (const responseType of withCode)
    it(`oidcc-refresh-token [${responseType}, dynamic_client]`, () => {
      const implicit = responseType === 'code' ? [] : ['implicit']
      const grants = ['authorization_code', 'refresh_token', ...implicit]
      return withRegistered(harness, { responseType, grant_types: grants }, refreshes)
    })
})
