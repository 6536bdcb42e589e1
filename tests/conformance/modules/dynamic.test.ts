/** The modules of clients that register themselves: what is registered is honoured, shown, echoed or refused. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import type { Shown } from '../../support/person.ts'
import { type Browser, newBrowser } from '../browser.ts'
import { expectRefusal, registrationOf, sendRegistration, withRegistered } from '../dynamic.ts'
import { startHarness } from '../harness.ts'
import type { Party } from '../party.ts'
import { every } from '../variants.ts'

type Json = Readonly<Record<string, unknown>>

describe('a provider with which clients register themselves (OpenID Connect Core §15.2) [OIDC-Core-15.2-01]', async () => {
  const harness = await startHarness()
  const { suite, at } = harness

  /** A module of the Dynamic plan, whose clients sign what they prove themselves with. */
  const testModule = (name: string, changes: Json, run: (party: Party) => Promise<void>): void => {
    for (const responseType of every)
      it(`${name} [${responseType}]`, () =>
        withRegistered(harness, { responseType, token_endpoint_auth_method: 'private_key_jwt', ...changes }, run))
  }
  const testRefusal = (name: string, changes: Json, error: string): void => {
    for (const responseType of every)
      it(`${name} [${responseType}]`, async () => {
        assert.equal(await expectRefusal(harness, changes, responseType), error)
      })
  }

  const signInPage = async (browser: Browser, party: Party): Promise<Shown> => {
    const shown = await browser.person.open(party.ask().url)
    assert.ok(shown.page.querySelector('input[name=password]'), 'the sign-in page')
    return shown
  }

  for (const responseType of every)
    it(`oidcc-server [${responseType}, dynamic_client]`, () =>
      withRegistered(harness, { responseType }, async (party) => {
        const { tokens } = await party.authorize(newBrowser(harness))
        if (tokens.accessToken !== undefined)
          assert.equal((await party.userinfo(tokens.accessToken)).sub, tokens.claims.sub)
      }))

  const isSigned = async (party: Party): Promise<void> => {
    const { tokens } = await party.authorize(newBrowser(harness))
    const { alg, kid } = decodeProtectedHeader(tokens.idToken)
    assert.equal(alg, 'RS256')
    assert.equal(typeof kid, 'string')
  }
  testModule('oidcc-idtoken-signature', { token_endpoint_auth_method: 'client_secret_basic' }, isSigned)
  testModule('oidcc-idtoken-rs256', { id_token_signed_response_alg: 'RS256' }, isSigned)

  it('oidcc-idtoken-unsigned (not offered, and refused)', async () => {
    const algorithms = harness.metadata.id_token_signing_alg_values_supported as readonly string[]
    assert.ok(!algorithms.includes('none'))
    assert.equal(await expectRefusal(harness, { id_token_signed_response_alg: 'none' }), 'invalid_client_metadata')
  })

  testModule(
    'oidcc-ensure-redirect-uri-in-authorization-request',
    { redirect_uris: [at.callback, `${at.callback}/other`] },
    async (party) => {
      const { asked, end } = await party.expectPage(newBrowser(harness), { redirect_uri: undefined })
      assert.deepEqual(asked, ['other'])
      // The suite wants a picture of a page that says so.
      assert.match(end.page.querySelector('h1 + p')?.text ?? '', /didn’t say which address to send you to/)
    },
  )

  testModule('oidcc-redirect-uri-query-OK', { redirect_uris: [at.secondCallback] }, async (party) => {
    const { answer } = await party.authorize(newBrowser(harness))
    const after = party.responseType === 'code' ? '&' : '#'
    assert.ok(answer?.url.href.startsWith(`${at.secondCallback}${after}`))
  })

  testModule('oidcc-redirect-uri-query-mismatch', { redirect_uris: [`${at.callback}?foo=bar`] }, async (party) => {
    const changes = { redirect_uri: `${at.callback}?bar=foo` }
    assert.deepEqual((await party.expectPage(newBrowser(harness), changes)).asked, ['other'])
  })

  testModule('oidcc-redirect-uri-query-added', {}, async (party) => {
    const changes = { redirect_uri: `${at.callback}?foo=bar` }
    assert.deepEqual((await party.expectPage(newBrowser(harness), changes)).asked, ['other'])
  })

  testRefusal('oidcc-redirect-uri-regfrag', { redirect_uris: [`${at.callback}#foobar`] }, 'invalid_redirect_uri')

  testModule('oidcc-registration-logo-uri', { logo_uri: `${suite.base}/images/logo.png` }, async (party) => {
    const { page, headers } = await signInPage(newBrowser(harness), party)
    assert.equal(page.querySelector('.plate img')?.getAttribute('src'), `${suite.base}/images/logo.png`)
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, new RegExp(`img-src 'self' data: ${suite.base}/images/logo\\.png;`))
  })

  for (const [module, member] of [
    ['oidcc-registration-policy-uri', 'policy_uri'],
    ['oidcc-registration-tos-uri', 'tos_uri'],
  ] as const)
    testModule(module, { [member]: `${suite.base}/${member}` }, async (party) => {
      const { page } = await signInPage(newBrowser(harness), party)
      const links = page.querySelectorAll('a').map((link) => link.getAttribute('href'))
      assert.ok(links.includes(`${suite.base}/${member}`))
    })

  it('oidcc-registration-sector-uri', async () => {
    const sector = { subject_type: 'pairwise', sector_identifier_uri: `${suite.base}/sector.json` }
    suite.serve('/sector.json', { body: JSON.stringify([at.callback]) })
    const subjects: unknown[] = []
    for (const changes of [sector, sector, {}])
      await withRegistered(harness, changes, async (party) => {
        const { tokens } = await party.authorize(newBrowser(harness))
        assert.equal((await party.userinfo(tokens.accessToken)).sub, tokens.claims.sub)
        subjects.push(tokens.claims.sub)
      })
    assert.equal(subjects[0], subjects[1], 'one sector knows a person by one name')
    assert.notEqual(subjects[0], subjects[2])
  })

  testRefusal(
    'oidcc-registration-sector-bad',
    {
      subject_type: 'pairwise',
      sector_identifier_uri: suite.serve('/other-sector.json', { body: JSON.stringify([`${at.callback}/other`]) }),
    },
    'invalid_client_metadata',
  )

  it('oidcc-id-token-hint [code, pairwise]', () =>
    withRegistered(harness, { subject_type: 'pairwise' }, async (party) => {
      const browser = newBrowser(harness)
      const { tokens } = await party.authorize(browser)
      const again = await party.authorize(browser, { prompt: 'none', id_token_hint: tokens.idToken })
      assert.equal(again.tokens.claims.sub, tokens.claims.sub)
      const elsewhere = newBrowser(harness)
      assert.equal(
        await party.expectError(elsewhere, { prompt: 'none', id_token_hint: tokens.idToken }),
        'login_required',
      )
      const signedIn = await party.authorize(elsewhere, { id_token_hint: tokens.idToken })
      assert.equal(signedIn.tokens.claims.sub, tokens.claims.sub)
    }))

  for (const responseType of every)
    it(`oidcc-3rd_party-init-login [${responseType}]`, () =>
      withRegistered(
        harness,
        { responseType, initiate_login_uri: `${suite.base}/login` },
        async (_, { body, read }) => {
          assert.equal(body.initiate_login_uri, `${suite.base}/login`)
          assert.equal((await read()).initiate_login_uri, `${suite.base}/login`)
        },
      ))

  const plain = { initiate_login_uri: `${suite.base.replace('https:', 'http:')}/login` }
  testRefusal('oidcc-3rd_party-init-login-nohttps', plain, 'invalid_client_metadata')

  it('honours default_max_age, require_auth_time and request_uris (OpenID DCR §2) [OIDC-DCR-2-07]', () =>
    withRegistered(harness, { default_max_age: 60, require_auth_time: true, request_uris: [] }, async (party) => {
      const browser = newBrowser(harness)
      const first = await party.authorize(browser)
      harness.later(30)
      assert.ok(!(await party.authorize(browser)).asked.includes('sign-in'))
      harness.later(60)
      const late = await party.authorize(browser)
      assert.ok(late.asked.includes('sign-in'))
      assert.ok(Number(late.tokens.claims.auth_time) > Number(first.tokens.claims.auth_time))
      const elsewhere = suite.serve('/request.jwt', { body: 'e30.e30.', type: 'application/oauth-authz-req+jwt' })
      assert.match(
        await party.expectError(browser, { request_uri: elsewhere }),
        /^(invalid_request_uri|request_uri_not_supported)$/,
      )
      assert.ok(!suite.received.some(({ path }) => path === '/request.jwt'), 'it is not fetched')
    }))

  it('answers a body that is not JSON with the error of registration (RFC 7591 §3.2.2) [RFC7591-3-01]', async () => {
    const url = harness.endpoint('registration_endpoint')
    for (const [type, body] of [
      ['application/json', '{"redirect_uris":['],
      ['text/plain', JSON.stringify(registrationOf(harness, 'code'))],
    ] as const) {
      const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })
      assert.equal(response.status, 400)
      assert.equal(((await response.json()) as { readonly error: unknown }).error, 'invalid_client_metadata')
    }
    assert.equal((await sendRegistration(harness, registrationOf(harness, 'code'))).status, 201)
  })
})
