/** Parameters that must not get in the way, and requests that come by a form. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { kindOf, newBrowser } from '../browser.ts'
import { startHarness } from '../harness.ts'
import { formOf, type Parameters } from '../party.ts'
import { basic, every, testModule } from '../variants.ts'

describe('parameters', async () => {
  const harness = await startHarness()
  const known = newBrowser(harness)

  const harmless: readonly (readonly [module: string, parameters: Parameters])[] = [
    ['ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ['claims-locales', { claims_locales: 'se' }],
  ]
  for (const [module, parameters] of harmless)
    testModule(`oidcc-${module}`, every, harness, async (party) => {
      await party.authorize(known, parameters)
    })

  const ofThePage: readonly (readonly [module: string, parameters: Parameters])[] = [
    ['display-page', { display: 'page' }],
    ['display-popup', { display: 'popup' }],
    ['ui-locales', { ui_locales: 'se' }],
    ['login-hint', { login_hint: `buffy@${new URL(harness.issuer).hostname}` }],
  ]
  for (const [module, parameters] of ofThePage)
    testModule(`oidcc-${module}`, every, harness, async (party) => {
      const stranger = newBrowser(harness)
      const shown = await stranger.person.open(party.ask(parameters).url)
      assert.equal(kindOf(shown), 'sign-in')
      // A sign-in is dear: one for each response type is enough.
      await party.authorize(party.responseMode === 'default' ? stranger : known, parameters)
    })

  testModule('oidcc-ensure-request-with-acr-values-succeeds', every, harness, async (party) => {
    const { acr_values_supported: supported = ['1', '2'] } = harness.metadata
    assert.ok(Array.isArray(supported) && supported.length > 0)
    const { tokens } = await party.authorize(known, { acr_values: supported.join(' ') })
    for (const token of [tokens.front, tokens.back]) assert.ok(token === undefined || supported.includes(token.acr))
  })

  testModule(
    'oidcc-ensure-request-without-nonce-succeeds-for-code-flow',
    [...basic, 'code token'],
    harness,
    async (party) => {
      const { tokens } = await party.authorize(known, { nonce: undefined })
      assert.ok(!('nonce' in tokens.claims))
    },
  )

  testModule('oidcc-ensure-post-request-succeeds', basic, harness, async (party) => {
    const browser = newBrowser(harness)
    const endpoint = harness.endpoint('authorization_endpoint')
    for (const as of ['suite', 'form of another site', 'suite'] as const) {
      const known = (await browser.person.jar.serialize()).cookies.length > 0
      const asked = party.ask()
      const { answer, asked: pages } = await browser.post(endpoint, formOf(asked.parameters), as)
      assert.equal(pages.includes('sign-in'), !known, 'the session is found, although a form may bring no cookie')
      await party.finish(answer, asked)
    }
  })
})
