/** The configuration of each plan fits the example: its clients are there, and its scripts lead through our pages. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { ResponseType } from 'conformance/clients'
import { staticClients } from 'conformance/clients'
import { type PlanConfiguration, plans, runName } from 'conformance/plans'
import { addressesOf, usualSuite } from 'conformance/suite'
import { planFiles } from 'conformance/write-plans'
import { newBrowser } from './browser.ts'
import { register } from './dynamic.ts'
import { startHarness } from './harness.ts'
import { createParty, formOf, type Parameters, type PartyClient } from './party.ts'
import { play } from './scripted.ts'

const folder = join(import.meta.dirname, 'configs')
const usualIssuer = 'https://host.docker.internal:4443'

describe('the plans that are kept', () => {
  const made = planFiles(usualIssuer, usualSuite)

  it('are those that the example writes for its usual addresses', () => {
    assert.deepEqual(readdirSync(folder).toSorted(), [...made.keys()].toSorted())
    for (const [name, content] of made)
      assert.deepEqual(JSON.parse(readFileSync(join(folder, name), 'utf8')), JSON.parse(content), name)
  })

  const clients = staticClients(usualSuite)
  const at = addressesOf(usualSuite)
  for (const plan of plans)
    it(`has the clients of ${plan.plan}, with every response type that it runs`, () => {
      const configuration: PlanConfiguration = JSON.parse(made.get(`${plan.plan}.json`) ?? '{}')
      const { client, client2, client_secret_post: post } = configuration
      const wanted = plan.variants.flatMap(({ response_type: type }) => type ?? [])
      const isStatic = plan.variants.some(({ client_registration: how }) => how === 'static_client')
      const named = [
        [client, 'client_secret_basic'],
        [client2, 'client_secret_basic'],
        ...(post === undefined ? [] : [[post, 'client_secret_post'] as const]),
      ] as const
      for (const [{ client_id: id, client_secret: secret }, method] of named) {
        const known = clients.find((one) => one.client_id === id)
        assert.equal(known?.client_secret, secret)
        assert.equal(known?.token_endpoint_auth_method, method)
        assert.deepEqual(known?.redirect_uris, [at.callback, at.secondCallback])
        if (isStatic) for (const type of wanted) assert.ok(known?.response_types.includes(type as ResponseType), type)
        if (plan.plan.includes('logout')) assert.deepEqual(known?.post_logout_redirect_uris, [at.postLogout])
        if (plan.plan.includes('frontchannel')) assert.equal(known?.frontchannel_logout_uri, at.frontchannelLogout)
        if (plan.plan.includes('backchannel')) assert.equal(known?.backchannel_logout_uri, at.backchannelLogout)
      }
    })

  it('lists every run by the name that the runner of the suite takes', () => {
    const runs = plans.flatMap((plan) => plan.variants.map((variant) => runName(plan, variant)))
    assert.equal(new Set(runs).size, runs.length)
    assert.ok(
      runs.includes(
        'oidcc-basic-certification-test-plan[server_metadata=discovery][client_registration=static_client]',
      ),
    )
    assert.ok(runs.includes('oidcc-dynamic-certification-test-plan[response_type=code id_token token]'))
  })
})

describe('the scripts of the plans', async () => {
  const harness = await startHarness()
  const { suite, at, conformance } = harness
  const read = (name: string): PlanConfiguration =>
    JSON.parse(readFileSync(join(conformance.plansFolder, `oidcc-${name}-certification-test-plan.json`), 'utf8'))
  const scriptsOf = ({ browser, override }: PlanConfiguration, module: string) => override[module]?.browser ?? browser
  const atSuite = (url: string) => url.startsWith(`${suite.base}/test/a/symbolon/`)

  const partyOf = ({ client }: PlanConfiguration, responseType: ResponseType) => {
    const credentials = { by: 'client_secret_basic', secret: client.client_secret } as const
    const known: PartyClient = { clientId: client.client_id, redirectUri: at.callback, credentials }
    return createParty({ harness, client: known, responseType, responseMode: 'default' })
  }

  for (const [name, type, changes] of [
    ['basic', 'code', {}],
    ['basic', 'code', { scope: 'openid offline_access', prompt: 'consent' }],
    ['implicit', 'id_token token', {}],
    ['hybrid', 'code id_token', {}],
    ['formpost-basic', 'code', { response_mode: 'form_post' }],
  ] as const)
    it(`lead from a request of ${name} to the suite, first with and then without signing in: ${JSON.stringify(changes)}`, async () => {
      const configuration = read(name)
      const browser = newBrowser(harness)
      const { url } = partyOf(configuration, type).ask(changes)
      const first = await play(browser, configuration.browser, url)
      assert.ok(first.done.includes('Sign in'))
      assert.ok(atSuite(first.end.url))
      const second = await play(browser, configuration.browser, url)
      assert.ok(!second.done.includes('Sign in'))
      assert.ok(atSuite(second.end.url))
    })

  it('allow lasting access for a client that registered itself, and keep it allowed', async () => {
    const configuration = read('dynamic')
    const { client } = await register(harness, 'code', { grant_types: ['authorization_code', 'refresh_token'] })
    const party = createParty({ harness, client, responseType: 'code', responseMode: 'default' })
    const browser = newBrowser(harness)
    for (const time of ['first', 'second']) {
      const asked = party.ask({ scope: 'openid offline_access', prompt: 'consent' })
      const { end } = await play(browser, configuration.browser, asked.url)
      const parameters = Object.fromEntries(new URL(end.url).searchParams)
      const tokens = await party.finish({ carrier: 'query', parameters, url: new URL(end.url) }, asked)
      assert.ok(tokens.refreshToken !== undefined, time)
    }
  })

  for (const [plan, module, changes] of [
    ['basic', 'oidcc-ensure-registered-redirect-uri', { redirect_uri: `${at.callback}/1234567890` }],
    ['dynamic', 'oidcc-ensure-redirect-uri-in-authorization-request', { redirect_uri: undefined }],
    ['dynamic', 'oidcc-redirect-uri-query-added', { redirect_uri: `${at.callback}?foo=bar` }],
    ['dynamic', 'oidcc-redirect-uri-query-mismatch', { redirect_uri: `${at.callback}?bar=foo` }],
    ['dynamic', 'oidcc-registration-logo-uri', {}],
    ['dynamic', 'oidcc-registration-policy-uri', {}],
    ['dynamic', 'oidcc-registration-tos-uri', {}],
  ] as const)
    it(`keep the page that proves ${module}`, async () => {
      const configuration = read(plan)
      const { url } = partyOf(configuration, 'code').ask(changes)
      const { proofs, end } = await play(newBrowser(harness), scriptsOf(configuration, module), url)
      assert.equal(proofs, 1)
      assert.ok(!atSuite(end.url))
    })

  for (const [module, again] of [
    ['oidcc-prompt-login', { prompt: 'login' }],
    ['oidcc-max-age-1', { max_age: '1' }],
  ] as const)
    it(`keep the second sign-in page of ${module}`, async () => {
      const configuration = read('basic')
      const party = partyOf(configuration, 'code')
      const browser = newBrowser(harness)
      await play(browser, scriptsOf(configuration, module), party.ask().url)
      harness.later(2)
      const { proofs, end } = await play(browser, scriptsOf(configuration, module), party.ask(again).url)
      assert.equal(proofs, 1)
      assert.ok(atSuite(end.url))
    })

  const logout = read('rp-initiated-logout')
  const logouts: readonly (readonly [module: string, change: (good: Parameters) => Parameters])[] = [
    ['bad-post-logout-redirect-uri', (good) => ({ ...good, post_logout_redirect_uri: `${at.postLogout}/other` })],
    [
      'query-added-to-post-logout-redirect-uri',
      (good) => ({ ...good, post_logout_redirect_uri: `${at.postLogout}?foo=bar` }),
    ],
    ['no-id-token-hint', (good) => ({ ...good, id_token_hint: undefined })],
    ['modified-id-token-hint', (good) => ({ ...good, id_token_hint: `${good.id_token_hint?.slice(0, -9)}AAAAAAAAA` })],
    ['bad-id-token-hint', (good) => ({ ...good, id_token_hint: `${good.id_token_hint?.slice(0, -9)}BBBBBBBBB` })],
    ['no-params', () => ({})],
    ['no-post-logout-redirect-uri', ({ id_token_hint }) => ({ id_token_hint })],
    ['only-state', ({ state }) => ({ state })],
  ]
  const toLogout = (parameters: Parameters) => `${harness.endpoint('end_session_endpoint')}?${formOf(parameters)}`
  const goodLogout = (idToken: string) => ({
    id_token_hint: idToken,
    post_logout_redirect_uri: at.postLogout,
    state: 'abc',
  })

  it('prove a page for each module of signing out that needs one', () => {
    assert.deepEqual(
      Object.keys(logout.override).toSorted(),
      logouts.map(([module]) => `oidcc-rp-initiated-logout-${module}`).toSorted(),
    )
  })
  for (const [module, change] of logouts)
    it(`keep the page that proves oidcc-rp-initiated-logout-${module}`, async () => {
      const browser = newBrowser(harness)
      const { tokens } = await partyOf(logout, 'code').authorize(browser)
      const scripts = scriptsOf(logout, `oidcc-rp-initiated-logout-${module}`)
      const { proofs, end } = await play(browser, scripts, toLogout(change(goodLogout(tokens.idToken))))
      assert.equal(proofs, 1)
      assert.ok(!atSuite(end.url))
    })

  for (const name of ['rp-initiated-logout', 'backchannel-rp-initiated-logout', 'frontchannel-rp-initiated-logout'])
    it(`lead from signing out back to the suite in ${name}`, async () => {
      const configuration = read(name)
      const browser = newBrowser(harness)
      const { tokens } = await partyOf(configuration, 'code').authorize(browser)
      const { end } = await play(browser, configuration.browser, toLogout(goodLogout(tokens.idToken)))
      assert.equal(end.url, `${at.postLogout}?state=abc`)
    })
})
