/** The happy flows: every response type and mode, from the request to userinfo. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newBrowser } from '../browser.ts'
import { startHarness } from '../harness.ts'
import { createParty, staticClient } from '../party.ts'
import { basic, every, familyOf, hybrid, implicit, testModule } from '../variants.ts'

describe('happy flows', async () => {
  const harness = await startHarness()
  const known = newBrowser(harness)

  testModule('oidcc-server', every, harness, async (party) => {
    const { asked, tokens } = await party.authorize(newBrowser(harness))
    assert.ok(asked.includes('sign-in'))
    if (tokens.accessToken === undefined) return
    assert.equal((await party.userinfo(tokens.accessToken)).sub, tokens.claims.sub)
  })

  testModule('oidcc-alternate-happy-flow', [...basic, ...implicit, 'code id_token'], harness, async (party) => {
    const { parameters } = party.ask({ scope: 'email openid' })
    const reversed = Object.fromEntries(Object.entries(parameters).toReversed())
    const asked = {
      parameters: reversed,
      url: `${harness.endpoint('authorization_endpoint')}?${new URLSearchParams(
        Object.entries(reversed).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      )}`,
    }
    const { answer } = await known.visit(asked.url)
    const tokens = await party.finish(answer, asked)
    if (tokens.accessToken !== undefined) assert.ok('email' in (await party.userinfo(tokens.accessToken)))
  })

  for (const responseType of [...basic, ...hybrid])
    it(`oidcc-server-client-secret-post [${responseType}]`, async () => {
      const client = staticClient(harness, familyOf(responseType), 'post')
      const party = createParty({ harness, client, responseType, responseMode: 'default' })
      const { tokens } = await party.authorize(known)
      assert.equal((await party.userinfo(tokens.accessToken)).sub, tokens.claims.sub)
    })
})
