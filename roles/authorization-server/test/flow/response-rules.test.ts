import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Reason } from '@symbolon/protocol/refusals'
import { contentsOf, type ResponseMode, responseTypes } from '@symbolon/protocol/response-types'
import { clientFrom } from '../../src/client.ts'
import { decideAuthorization, refusedSince } from '../../src/flow/1-authorization-request.ts'
import { defaultSettings } from '../../src/ports/issuer.ts'
import { aClient, authorizationParams, callback, photos } from '../support/front-channel/world.ts'

type Change = Parameters<typeof authorizationParams>[0]

interface How {
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly compatible?: boolean
}

/** Registered for everything. */
const anything = { grant_types: ['authorization_code', 'implicit', 'refresh_token'], response_types: responseTypes }

const settingsOf = (compatible: boolean) => ({ ...defaultSettings, compatibleProfile: compatible })

function decide(change: Change, { metadata = {}, compatible = true }: How = {}) {
  const client = clientFrom(aClient('shop', { ...anything, ...metadata }))
  const params = authorizationParams(change)
  return decideAuthorization({ params, client, resources: [photos], hint: undefined, settings: settingsOf(compatible) })
}

function proceeds(change: Change, how: How = {}) {
  const decision = decide(change, how)
  assert(decision.outcome === 'proceed', 'refused' in decision ? decision.refused.reason : '')
  return decision.request
}

function refused(change: Change, how: How = {}) {
  const decision = decide(change, how)
  assert(decision.outcome === 'tell-the-client')
  return { reason: decision.refused.reason, mode: decision.replyTo.responseMode }
}

const withToken = responseTypes.filter((type) => contentsOf(type).accessToken)
const withIdToken = responseTypes.filter((type) => contentsOf(type).idToken)

describe('the response type of a request', () => {
  for (const type of responseTypes) {
    const words = type.split(' ').toReversed().join(' ')
    it(`${words} is read whatever the order of its words (RFC 6749 §3.1.1)`, () => {
      assert.equal(proceeds({ response_type: words }).responseType, type)
    })

    it(`${type} is refused to a client that is not registered for it (RFC 6749 §4.1.2.1) [RFC6749-4.1.2.1-02]`, () => {
      const others = responseTypes.filter((other) => other !== type)
      const { reason } = refused({ response_type: type }, { metadata: { response_types: others } })
      assert.equal(reason, 'response_type_not_allowed')
    })
  }

  for (const type of withToken) {
    it(`${type} is not served unless the installation says so (RFC 9700 §2.1.2) [RFC9700-2.1.2-01] [OAuth2.1-10.1-01]`, () => {
      const { reason, mode } = refused({ response_type: type }, { compatible: false })
      assert.deepEqual([reason, mode], ['response_type_unsupported', 'fragment'])
    })
  }

  for (const [type, needed] of [
    ['code', 'authorization_code'],
    ['id_token', 'implicit'],
    ['token', 'implicit'],
    ['code id_token', 'implicit'],
    ['code id_token', 'authorization_code'],
  ] as const) {
    it(`${type} needs the grant type ${needed} (RFC 7591 §2.1)`, () => {
      const grant_types = anything.grant_types.filter((grant) => grant !== needed)
      assert.equal(refused({ response_type: type }, { metadata: { grant_types } }).reason, 'response_type_not_allowed')
    })
  }

  it('code is all that a client is registered for unless it says otherwise (RFC 7591 §2)', () => {
    const metadata = { response_types: undefined, grant_types: undefined }
    for (const type of responseTypes) {
      const decision = decide({ response_type: type }, { metadata })
      assert.equal(decision.outcome, type === 'code' ? 'proceed' : 'tell-the-client', type)
    }
  })

  it('none needs no openid, no nonce and no code_challenge', () => {
    const none = { response_type: 'none', scope: 'photos:read', nonce: undefined, code_challenge: undefined }
    proceeds({ ...none, code_challenge_method: undefined })
  })
})

describe('an ID token from the authorization endpoint', () => {
  for (const type of responseTypes) {
    const needs = withIdToken.includes(type)
    it(`${needs ? 'needs' : 'is not asked for, and so neither is'} a nonce with ${type} (OpenID Connect Core §3.2.2.1) [OIDC-Core-3.2.2.1-01] [OIDC-Core-3.3.2.1-01]`, () => {
      if (needs) assert.equal(refused({ response_type: type, nonce: undefined }).reason, 'nonce_missing')
      else assert.equal(proceeds({ response_type: type, nonce: undefined }).nonce, null)
    })
  }

  it('needs the scope openid (OpenID Connect Core §3.1.2.1)', () => {
    for (const type of withIdToken) {
      assert.equal(refused({ response_type: type, scope: 'photos:read' }).reason, 'scope_lacks_openid')
    }
  })

  const at = (redirectUri: string, applicationType: string, type = 'id_token') =>
    decide(
      { response_type: type, redirect_uri: redirectUri },
      { metadata: { redirect_uris: [redirectUri], application_type: applicationType } },
    )

  it('goes to http only for a native app on the same device (OpenID Connect Core §3.2.2.1) [OIDC-Core-3.2.2.1-01]', () => {
    for (const [uri, applicationType] of [
      ['http://shop.example.com/cb', 'web'],
      ['http://127.0.0.1/cb', 'web'],
      ['http://shop.example.com/cb', 'native'],
    ] as const) {
      const decision = at(uri, applicationType)
      assert(decision.outcome === 'tell-the-client')
      assert.equal(decision.refused.reason, 'redirect_uri_not_https')
      assert.equal(at(uri, applicationType, 'code').outcome, 'proceed')
    }
    for (const uri of ['http://127.0.0.1:3000/cb', 'http://localhost:3000/cb', 'com.example.app:/cb']) {
      assert.equal(at(uri, 'native').outcome, 'proceed')
    }
  })
})

describe('PKCE', () => {
  const without = { code_challenge: undefined, code_challenge_method: undefined }

  for (const type of responseTypes) {
    const { code } = contentsOf(type)
    it(`is ${code ? 'needed' : 'not needed'} with ${type}, which ${code ? 'gives' : 'gives no'} code (RFC 9700 §2.1.1)`, () => {
      const reason = code ? 'code_challenge_missing' : undefined
      const decision = decide({ response_type: type, ...without })
      assert.equal('refused' in decision ? decision.refused.reason : undefined, reason)
    })
  }

  it('is not needed for the code of a client that is registered to go without', () => {
    for (const type of responseTypes) {
      proceeds(
        { response_type: type, ...without },
        { metadata: { require_pkce: false, token_endpoint_auth_method: 'client_secret_basic' } },
      )
    }
  })
})

describe('the response mode of a request', () => {
  it('follows from the response type when none is named [OAuth-MultiResp-2.1-01] [OAuth-MultiResp-5-01]', () => {
    for (const type of responseTypes) {
      const expected = type === 'code' || type === 'none' ? 'query' : 'fragment'
      assert.equal(proceeds({ response_type: type }).responseMode, expected)
      assert.equal(proceeds({ response_type: type, response_mode: 'jwt' }).responseMode, `${expected}.jwt`)
    }
  })

  for (const mode of ['fragment', 'form_post', 'fragment.jwt', 'form_post.jwt'] as const) {
    it(`may be ${mode} for every type`, () => {
      for (const type of responseTypes) {
        assert.equal(proceeds({ response_type: type, response_mode: mode }).responseMode, mode)
      }
    })
  }

  for (const mode of ['query', 'query.jwt'] as const) {
    it(`may not be ${mode} for what holds a token, and the refusal goes into the fragment [JARM-2.3.1-01]`, () => {
      for (const type of responseTypes) {
        const change = { response_type: type, response_mode: mode }
        if (type === 'code' || type === 'none') assert.equal(proceeds(change).responseMode, mode)
        else assert.deepEqual(refused(change), { reason: 'response_mode_not_allowed', mode: 'fragment' })
      }
    })
  }

  it('may be query.jwt for what holds a token when nobody but the client can read it [JARM-2.3.1-01]', () => {
    const metadata = { authorization_encrypted_response_alg: 'RSA-OAEP-256' }
    for (const type of responseTypes) {
      const change = { response_type: type, response_mode: 'query.jwt' }
      assert.equal(proceeds(change, { metadata }).responseMode, 'query.jwt')
      if (type === 'code' || type === 'none') continue
      const { reason } = refused({ ...change, response_mode: 'query' }, { metadata })
      assert.equal(reason, 'response_mode_not_allowed')
    }
  })

  it('may not be a form to an app on the device', () => {
    const uri = 'com.example.app:/cb'
    const metadata = { redirect_uris: [uri], application_type: 'native' }
    const change = { redirect_uri: uri, response_mode: 'form_post' }
    assert.deepEqual(refused(change, { metadata }), { reason: 'response_mode_not_allowed', mode: 'query' })
  })

  const misplaced: readonly (readonly [Change, Reason, ResponseMode])[] = [
    [{ response_type: undefined }, 'response_type_missing', 'query'],
    [{ response_type: undefined, response_mode: 'form_post' }, 'response_type_missing', 'form_post'],
    [{ response_type: undefined, response_mode: 'fragment' }, 'response_type_missing', 'fragment'],
    [{ response_type: undefined, response_mode: 'jwt' }, 'response_type_missing', 'query.jwt'],
    [{ response_type: 'bogus' }, 'response_type_unsupported', 'query'],
    [{ response_type: 'bogus', response_mode: 'form_post.jwt' }, 'response_type_unsupported', 'form_post.jwt'],
    [{ response_type: 'id_token', response_mode: 'bogus' }, 'response_mode_unsupported', 'fragment'],
    [{ response_type: 'code', response_mode: 'bogus' }, 'response_mode_unsupported', 'query'],
    [{ response_type: 'id_token', nonce: undefined }, 'nonce_missing', 'fragment'],
    [{ response_type: 'id_token', nonce: undefined, response_mode: 'form_post' }, 'nonce_missing', 'form_post'],
  ]
  for (const [change, reason, mode] of misplaced) {
    it(`is ${mode} for the refusal of ${JSON.stringify(change)} [OAuth-MultiResp-3-01]`, () => {
      assert.deepEqual(refused(change), { reason, mode })
    })
  }
})

describe('what a token from the authorization endpoint is for', () => {
  it('is one resource: no token request could choose (RFC 8707 §2.2)', () => {
    const other = 'https://other.example.com'
    for (const type of withToken) {
      const { reason } = refused({ response_type: type, resource: [photos.resource, other] })
      assert.equal(reason, 'resources_several')
    }
  })

  it('is never lasting access, which only a code can give (OpenID Connect Core §11)', () => {
    for (const type of responseTypes) {
      const { scope } = proceeds({ response_type: type, scope: 'openid offline_access', prompt: 'consent' })
      assert.equal(scope.includes('offline_access'), contentsOf(type).code)
    }
  })
})

describe('a request that waited while the person was reading', () => {
  const since = (type: string, change: Readonly<Record<string, unknown>>, compatible = true) => {
    const client = clientFrom(aClient('shop', { ...anything, ...change }))
    const about = { client, resources: [photos], settings: settingsOf(compatible) }
    return refusedSince(proceeds({ response_type: type, redirect_uri: callback }), about)?.reason
  }

  it('is refused when the client has lost its response type, or the installation its profile (attack 50)', () => {
    assert.equal(since('id_token token', {}), undefined)
    assert.equal(since('id_token token', { response_types: ['code'] }), 'response_type_not_allowed')
    assert.equal(since('id_token token', {}, false), 'response_type_unsupported')
    assert.equal(since('id_token', {}, false), undefined)
  })

  it('is refused when its tokens would now stand in a query that anybody can read (JARM §2.3.1) [JARM-2.3.1-01]', () => {
    const metadata = { authorization_encrypted_response_alg: 'RSA-OAEP-256' }
    const request = proceeds({ response_type: 'id_token', response_mode: 'query.jwt' }, { metadata })
    const about = (change: object) => ({
      client: clientFrom(aClient('shop', { ...anything, ...change })),
      resources: [photos],
      settings: settingsOf(true),
    })
    assert.equal(refusedSince(request, about(metadata)), undefined)
    assert.equal(refusedSince(request, about({}))?.reason, 'response_mode_not_allowed')
  })
})
