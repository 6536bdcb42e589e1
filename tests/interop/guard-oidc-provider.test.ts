/** The guard against a stranger's tokens: panva's oidc-provider, with a person, a code, and resource indicators. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { createGuard, type Guard } from '@symbolon/resource-server'
import { exportJWK, generateKeyPair } from 'jose'

const audience = 'https://api.example/photos'
const opaqueAudience = 'https://api.example/opaque'
const redirectUri = 'https://shop.example/callback'
const needed = { scopes: ['photos:read'] }

/** The part of oidc-provider, which brings no types, that this test uses. */
interface Stranger {
  callback(): RequestListener
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<{ params: { client_id: string } }>
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: unknown): Promise<void>
  Grant: new (of: {
    accountId: string
    clientId: string
  }) => {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }
}

let issuer: string
let close: () => Promise<void>

before(async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = await startProvider()
  const answer = provider.callback()
  server.on('request', async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response)
    const { params } = await provider.interactionDetails(request, response)
    const grant = new provider.Grant({ accountId: 'alice', clientId: params.client_id })
    grant.addOIDCScope('openid offline_access')
    for (const resource of [audience, opaqueAudience]) grant.addResourceScope(resource, 'photos:read')
    const result = { login: { accountId: 'alice' }, consent: { grantId: await grant.save() } }
    await provider.interactionFinished(request, response, result)
  })
  close = async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
})
after(() => close())

async function startProvider(): Promise<Stranger> {
  const name: string = 'oidc-provider'
  const { default: Provider }: { default: new (issuer: string, settings: object) => Stranger } = await import(name)
  const keys = await Promise.all(
    ['ES256', 'RS256'].map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true })
      return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg }
    }),
  )
  const client = {
    client_secret: 'a secret of this test',
    redirect_uris: [redirectUri],
    id_token_signed_response_alg: 'ES256',
  }
  return new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    clients: [
      { ...client, client_id: 'shop', grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] },
      { ...client, client_id: 'api', grant_types: ['client_credentials'], response_types: [], redirect_uris: [] },
    ],
    scopes: ['openid', 'offline_access'],
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    issueRefreshToken: () => true,
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => false,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: 'photos:read photos:upload',
          audience: resource,
          accessTokenFormat: resource === audience ? 'jwt' : 'opaque',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  })
}

/** Signs alice in and redeems her code, keeping cookies as a browser would. */
async function tokensFor(resource: string): Promise<Readonly<Record<string, string>>> {
  const verifier = randomBytes(32).toString('base64url')
  const cookies = new Map<string, string>()
  const query = {
    client_id: 'shop',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid photos:read',
    resource,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  let location = `${issuer}/auth?${new URLSearchParams(query)}`
  while (location.startsWith(issuer)) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response = await fetch(location, { redirect: 'manual', headers: { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const next = response.headers.get('location')
    assert.ok(next, await response.text())
    location = new URL(next, issuer).href
  }
  const code = new URL(location).searchParams.get('code') ?? ''
  return token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, resource })
}

async function token(form: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  const authorization = `Basic ${Buffer.from('shop:a+secret+of+this+test').toString('base64')}`
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(form),
  })
  const answer = (await response.json()) as Record<string, string>
  assert.equal(response.status, 200, JSON.stringify(answer))
  return answer
}

const guardOf = (resource = audience): Guard =>
  createGuard({
    issuer,
    audience: resource,
    introspection: { clientId: 'api', clientSecret: 'a secret of this test' },
  })
const bearer = (value = '') => ({ method: 'GET', url: '/', authorization: `Bearer ${value}` })
const reasonOf = async (guard: Guard, value: string | undefined) => {
  const checked = await guard.check(bearer(value), needed)
  return checked.ok ? 'allowed' : checked.reason
}

describe('the guard with tokens of oidc-provider', () => {
  it('lets a JWT access token of a person pass (RFC 9068 §4) [RFC9068-4-01]', async () => {
    const { access_token } = await tokensFor(audience)
    const checked = await guardOf().check(bearer(access_token), needed)
    assert.ok(checked.ok, JSON.stringify(checked))
    assert.equal(checked.token.sub, 'alice')
    assert.equal(checked.token.clientId, 'shop')
    assert.deepEqual(checked.token.scopes, ['photos:read'])
  })

  it('lets a JWT access token of a client pass (RFC 9068 §4)', async () => {
    const form = { grant_type: 'client_credentials', scope: 'photos:read', resource: audience }
    assert.equal(await reasonOf(guardOf(), (await token(form)).access_token), 'allowed')
  })

  it('lets an opaque access token pass after asking about it (RFC 7662 §2.2)', async () => {
    const { access_token } = await tokensFor(opaqueAudience)
    assert.equal(access_token?.includes('.'), false)
    const checked = await guardOf(opaqueAudience).check(bearer(access_token), needed)
    assert.ok(checked.ok, JSON.stringify(checked))
    assert.equal(checked.token.sub, 'alice')
  })

  it('refuses every other token that came with it (RFC 9068 §4) [RFC8725-3.12-01] (attack 69)', async () => {
    const { access_token, id_token, refresh_token } = await tokensFor(audience)
    assert.ok(access_token && id_token && refresh_token)
    assert.equal(await reasonOf(guardOf(), id_token), 'token_type_wrong')
    assert.equal(await reasonOf(guardOf(), refresh_token), 'token_type_wrong')
    assert.equal(await reasonOf(guardOf('https://api.example/other'), access_token), 'token_audience_wrong')
    assert.equal(await reasonOf(guardOf('https://api.example/other'), 'invented'), 'token_inactive')
  })
})
