/**
 * Userinfo: who it is about, what it says, how it is signed, and how the app shows who it is on the way there.
 *
 * @see OpenID Connect Core §5.3, §5.4, §9
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  basic,
  every,
  having,
  hybrid,
  implicit,
  showsRefused,
  showsSignedIn,
  startHarness,
  titled,
  unasked,
} from './harness.ts'

const [idTokenOnly = '', ...withToken] = implicit

describe('userinfo', async () => {
  const harness = await startHarness()
  const { provider } = harness

  for (const variant of unasked([...basic, ...withToken, ...hybrid]))
    it(titled('oidcc-client-test-userinfo-invalid-sub', variant), async () => {
      const changes = { userinfo: having({ sub: 'mallory', name: 'Mallory' }) }
      const run = await harness.run('oidcc-client-test-userinfo-invalid-sub', { variant, changes })
      await showsRefused(run, 'userinfo_invalid', /^sub: the person of the ID token$/)
      assert.equal(run.page.html.includes('Mallory'), false)
    })

  const claims = { phone_number: '+1', address: { country: 'CH' }, email: 'alice@example.com', nickname: 'Al' }
  for (const variant of unasked(every))
    it(titled('oidcc-client-test-scope-userinfo-claims', variant), async () => {
      const changes = variant.response_type === idTokenOnly ? { claims: having(claims) } : { userinfo: having(claims) }
      const run = await harness.run('oidcc-client-test-scope-userinfo-claims', { variant, changes })
      showsSignedIn(run)
      assert.equal(harness.sentTo('/authorize').get('scope'), 'openid profile email phone address')
      for (const shown of ['"phone_number": "+1"', '"country": "CH"', 'alice@example.com', '"nickname": "Al"'])
        assert.ok(run.page.html.includes(shown), `${shown} is shown`)
    })

  for (const variant of unasked([...basic, ...hybrid]))
    it(titled('oidcc-client-test-client-secret-basic', variant), async () => {
      showsSignedIn(await harness.run('oidcc-client-test-client-secret-basic', { variant }))
      const [asked] = provider.tokenRequests()
      const [scheme, credentials = ''] = asked?.headers.authorization?.split(' ') ?? []
      assert.equal(scheme, 'Basic')
      const [id, secret] = Buffer.from(credentials, 'base64').toString().split(':').map(decodeURIComponent)
      assert.deepEqual([id, secret], ['relying-party', 'open-secret-of-the-conformance-relying-party'])
      assert.equal(asked?.form.has('client_secret'), false)
    })

  it('oidcc-client-test-userinfo-signed', async () => {
    const signed = (change: object) => ({
      userinfoJwt: (about: object) =>
        provider.sign({ ...about, iss: provider.issuer, aud: 'registered', name: 'Signed', ...change }),
    })
    const variant = { client_registration: 'dynamic_client' }
    const run = await harness.run('oidcc-client-test-userinfo-signed', { variant, changes: signed({}) })
    showsSignedIn(run)
    assert.ok(run.page.html.includes('"name": "Signed"'))
    const registered = provider.asked.find(({ path }) => path === '/register')?.body ?? ''
    assert.equal(JSON.parse(registered).userinfo_signed_response_alg, 'RS256')

    const other = { variant, changes: signed({ iss: 'https://other.example' }) }
    await showsRefused(await harness.run('oidcc-client-test-userinfo-signed', other), 'userinfo_invalid', /^iss: /)
    const unsigned = { variant }
    const expected = /^application\/jwt, as it is registered$/
    await showsRefused(await harness.run('oidcc-client-test-userinfo-signed', unsigned), 'userinfo_invalid', expected)
  })

  it('leaves what others vouch for where it stands, and asks none of them (OpenID Connect Core §5.6.2)', async () => {
    const vouched = {
      _claim_names: { email: 'src1', nickname: 'src2' },
      _claim_sources: {
        src1: { JWT: await provider.sign({ iss: provider.issuer, email: 'mallory@example.com' }) },
        src2: { endpoint: `${provider.issuer}/claims`, access_token: 't' },
      },
    }
    const run = await harness.run('oidcc-client-test-aggregated-claims', { changes: { userinfo: having(vouched) } })
    showsSignedIn(run)
    assert.ok(run.page.html.includes('"email": "alice@example.com"'))
    assert.equal(run.page.html.includes('mallory@example.com'), false)
    assert.equal(run.asked.includes('/claims'), false)
  })

  it('oidcc-client-test-userinfo-bearer-body (RFC 6750 §2.2)', async () => {
    showsSignedIn(await harness.run('oidcc-client-test-userinfo-bearer-body'))
    const asked = provider.asked.find(({ path }) => path === '/userinfo')
    assert.deepEqual([asked?.method, asked?.headers.authorization], ['POST', undefined])
    assert.match(asked?.headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/)
    assert.match(asked?.form.get('access_token') ?? '', /^[0-9a-f]{32}$/)
  })
})
