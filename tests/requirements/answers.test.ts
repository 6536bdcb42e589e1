/** What the server answers over HTTP: to a client it does not know, to grants of old, in its metadata and in the form it posts. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { parseChallenges } from '@symbolon/protocol/challenge'
import { createPerson, type Shown } from '../support/person.ts'
import { callback, password, secret, startTestServer } from '../support/server.ts'

describe('the answers of the server', async () => {
  const server = await startTestServer()
  after(() => server.close())

  const post = (path: string, form: Readonly<Record<string, string>>, user?: string) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: user === undefined ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
    })

  it('are 401 with a Basic challenge in UTF-8 where the Authorization header was wrong, and otherwise 400 (RFC 6749 §5.2) [RFC6749-5.2-02] [OAuth2.1-3.2.4-01] [RFC7617-2.1-01]', async () => {
    const wrong = await post('/token', { grant_type: 'client_credentials' }, 'robot:wrong')
    assert.equal(wrong.status, 401)
    const [challenge] = parseChallenges(wrong.headers.get('www-authenticate') ?? '')
    assert.deepEqual([challenge?.scheme, challenge?.parameters.charset], ['Basic', 'UTF-8'])
    assert.equal((await wrong.json()).error, 'invalid_client')
    const refused = await post('/token', { grant_type: 'client_credentials', scope: 'nonsense' }, `robot:${secret}`)
    assert.equal(refused.status, 400)
    assert.equal((await refused.json()).error, 'invalid_scope')
    assert.equal(refused.headers.get('www-authenticate'), null)
  })

  it('give no token for a password, whoever asks (RFC 9700 §2.4) [RFC9700-2.4-01] [RFC10017-7.3-01]', async () => {
    const form = { grant_type: 'password', username: 'alice', password, scope: 'openid' }
    for (const [more, user] of [
      [{}, `web:${secret}`],
      [{ client_id: 'spa' }, undefined],
    ] as const) {
      const answer = await post('/token', { ...form, ...more }, user)
      assert.deepEqual([answer.status, (await answer.json()).error], [400, 'unsupported_grant_type'])
    }
  })

  it('list in the metadata what is served, and neither the implicit nor the password grant [OAuth2.1-10.1-01] [MCP-CC-Server_Metadata_Requirements-01] [OIDC-RPLogout-2.1-01]', async () => {
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
      const metadata = await (await fetch(`${server.url}${path}`)).json()
      assert.deepEqual(metadata.grant_types_supported.toSorted(), [
        'authorization_code',
        'client_credentials',
        'refresh_token',
      ])
      assert.deepEqual(metadata.response_types_supported, ['code', 'id_token', 'code id_token', 'none'])
      for (const method of ['private_key_jwt', 'client_secret_basic'])
        assert.ok(metadata.token_endpoint_auth_methods_supported.includes(method))
      assert.ok(metadata.token_endpoint_auth_signing_alg_values_supported.includes('ES256'))
      assert.equal(metadata.end_session_endpoint, `${server.url}/logout`)
      assert.ok(
        Object.entries(metadata).every(([name, value]) => !name.endsWith('_endpoint') || !String(value).includes('#')),
      )
    }
  })

  it('post to the app what it asked for, escaped, from a page that nobody keeps (Form Post Response Mode §2, §4) [OAuth-FormPost-2-01] [OAuth-FormPost-4-01]', async () => {
    const state = '"><script>alert(1)</script>\'&amp;'
    const query = new URLSearchParams({
      response_type: 'code',
      response_mode: 'form_post',
      client_id: 'web',
      redirect_uri: callback,
      scope: 'openid',
      state,
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    const person = createPerson()
    let shown: Shown = await person.open(`${server.url}/authorize?${query}`)
    shown = await person.submit(shown, { login: 'alice', password })
    shown = await person.submit(shown, {}, 'decision=allow')
    const form = shown.page.querySelector(`form[action="${callback}"]`)
    assert.equal(form?.getAttribute('method'), 'post')
    assert.equal(form?.querySelector('input[name=state]')?.getAttribute('value'), state)
    assert.ok(form?.querySelector('input[name=code]')?.getAttribute('value'))
    assert.ok(!shown.text.includes('<script>alert'))
    assert.equal(shown.headers.get('cache-control'), 'no-store')
    assert.match(shown.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  })

  it('take scopes in any order, and case for what it is (RFC 6749 §3.3) [RFC6749-3.3-01]', async () => {
    const ask = async (scope: string) => {
      const form = { grant_type: 'client_credentials', scope, resource: 'https://library.example' }
      const answer = await post('/token', form, `robot:${secret}`)
      const { error, scope: given } = await answer.json()
      return error ?? given
    }
    assert.equal(await ask('photos:read archive:read'), await ask('archive:read photos:read'))
    assert.equal(await ask('photos:read'), 'photos:read')
    assert.equal(await ask('Photos:Read'), 'invalid_scope')
  })
})
