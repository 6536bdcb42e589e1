/** Requests that must fail, each in its place: at the suite where that is safe, else on a page. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { newBrowser } from '../browser.ts'
import { startHarness } from '../harness.ts'
import { basic, every, hybrid, implicit, testModule } from '../variants.ts'

describe('refusals', async () => {
  const harness = await startHarness()
  const browser = newBrowser(harness)

  testModule('oidcc-response-type-missing', [...basic, 'id_token token', 'code id_token'], harness, async (party) => {
    const error = await party.expectError(browser, { response_type: undefined })
    assert.match(error, /^(unsupported_response_type|invalid_request)$/)
  })

  testModule('oidcc-ensure-registered-redirect-uri', every, harness, async (party) => {
    const { end } = await party.expectPage(browser, { redirect_uri: `${harness.at.callback}/1234567890` })
    assert.equal(end.status, 400)
    assert.match(end.headers.get('content-type') ?? '', /^text\/html/)
    assert.ok(end.page.querySelector('h1'))
  })

  const withFrontIdToken = [...implicit, ...hybrid].filter((type) => type.includes('id_token'))
  testModule('oidcc-ensure-request-without-nonce-fails', withFrontIdToken, harness, async (party) => {
    assert.equal(await party.expectError(browser, { nonce: undefined }), 'invalid_request')
  })
})
