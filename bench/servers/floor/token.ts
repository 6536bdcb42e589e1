/** The floor's back channel: token endpoint, introspection, userinfo. */
import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { lifetimes, type World } from '../../world.ts'
import { type Authenticated, authenticator, clients, hashOf, newHandle, nowSeconds, resourceByName } from './clients.ts'
import { signer } from './jwt.ts'
import type { AccessToken, FloorStore, Issued } from './store.ts'

export interface Parts {
  readonly issuer: string
  readonly world: World
  readonly store: FloorStore
}

interface Answer {
  readonly status: number
  readonly body: object
}

const refuse = (error: string): Answer => ({ status: error === 'invalid_client' ? 401 : 400, body: { error } })

export function tokenRoutes(server: FastifyInstance, { issuer, world, store }: Parts): void {
  const authenticate = authenticator(issuer, world)
  const signAccess = {
    ES256: signer(world.signingKeys.ES256, 'at+jwt'),
    RS256: signer(world.signingKeys.RS256, 'at+jwt'),
  }
  const signId = signer(world.signingKeys.ES256, 'JWT')

  const send = (reply: FastifyReply, { status, body }: Answer) =>
    reply
      .code(status)
      .header('content-type', 'application/json')
      .header('cache-control', 'no-store')
      .send(JSON.stringify(body))

  /** Two new tokens of one family, and what is stored of them. */
  function renew(
    from: Omit<AccessToken, 'hash' | 'issued' | 'expires' | 'grant' | 'person'> & { grant: string; person: string },
    now: number,
  ) {
    const { grant, client, person, scope, audience } = from
    const [access, refresh] = [newHandle(), newHandle()]
    const shared = { grant, client, person, scope, audience }
    const issued: Issued = {
      access: { ...shared, hash: hashOf(access), issued: now, expires: now + lifetimes.accessToken },
      refresh: { ...shared, hash: hashOf(refresh), rotated: null, expires: now + lifetimes.refreshToken },
    }
    const body = { access_token: access, token_type: 'Bearer', expires_in: lifetimes.accessToken, scope }
    return { issued, body: { ...body, refresh_token: refresh }, access }
  }

  async function clientCredentials({ client, assertion }: Authenticated, form: URLSearchParams): Promise<Answer> {
    const scope = form.get('scope') ?? ''
    const resource = resourceByName.get(form.get('resource') ?? '')
    if (resource === undefined || !client.scopes.has(scope) || resource.scope !== scope) return refuse('invalid_scope')
    const now = nowSeconds()
    const expires = now + lifetimes.accessToken
    const body = { token_type: 'Bearer', expires_in: lifetimes.accessToken, scope }
    if (resource.algorithm !== undefined) {
      const claims = { iss: issuer, sub: client.id, aud: resource.name, client_id: client.id, iat: now, exp: expires }
      const token = await signAccess[resource.algorithm]({ ...claims, jti: newHandle(), scope })
      return { status: 200, body: { access_token: token, ...body } }
    }
    const token = newHandle()
    const audience = resource.name
    const kept = {
      hash: hashOf(token),
      grant: null,
      client: client.id,
      person: null,
      scope,
      audience,
      issued: now,
      expires,
    }
    if (assertion === undefined) await store.insertAccessToken(kept)
    else if (!(await store.useAssertion(assertion.hash, assertion.expires, kept))) return refuse('invalid_client')
    return { status: 200, body: { access_token: token, ...body } }
  }

  async function authorizationCode({ client }: Authenticated, form: URLSearchParams): Promise<Answer> {
    const codeHash = hashOf(form.get('code') ?? '')
    const code = await store.code(codeHash)
    const now = nowSeconds()
    if (code === undefined || code.client !== client.id || code.expires <= now) return refuse('invalid_grant')
    if (code.redirect !== form.get('redirect_uri')) return refuse('invalid_grant')
    if (hash('sha256', form.get('code_verifier') ?? '', 'base64url') !== code.challenge) return refuse('invalid_grant')
    const { issued, body, access } = renew(code, now)
    const idToken = code.scope.split(' ').includes('openid')
      ? await signId({
          iss: issuer,
          sub: code.person,
          aud: client.id,
          iat: now,
          exp: now + lifetimes.idToken,
          auth_time: code.authenticated,
          at_hash: hash('sha256', access, 'buffer').subarray(0, 16).toString('base64url'),
          ...(code.nonce !== null && { nonce: code.nonce }),
        })
      : undefined
    if (code.used === null && (await store.redeemCode(codeHash, now, issued))) {
      return { status: 200, body: idToken === undefined ? body : { ...body, id_token: idToken } }
    }
    await store.revoke(code.grant)
    return refuse('invalid_grant')
  }

  async function refreshToken({ client }: Authenticated, form: URLSearchParams): Promise<Answer> {
    const tokenHash = hashOf(form.get('refresh_token') ?? '')
    const token = await store.refreshToken(tokenHash)
    const now = nowSeconds()
    if (token === undefined || token.client !== client.id || token.expires <= now) return refuse('invalid_grant')
    const { issued, body } = renew(token, now)
    if (token.rotated === null && (await store.rotate(tokenHash, now, issued))) return { status: 200, body }
    await store.revoke(token.grant)
    return refuse('invalid_grant')
  }

  const grants: Readonly<Record<string, (caller: Authenticated, form: URLSearchParams) => Promise<Answer>>> = {
    client_credentials: clientCredentials,
    authorization_code: authorizationCode,
    refresh_token: refreshToken,
  }

  type Form = FastifyRequest<{ Body: URLSearchParams }>

  server.post('/token', async (request: Form, reply) => {
    const caller = await authenticate(request.headers.authorization, request.body)
    if (caller === undefined) return send(reply, refuse('invalid_client'))
    const grant = grants[request.body.get('grant_type') ?? '']
    return send(reply, grant === undefined ? refuse('unsupported_grant_type') : await grant(caller, request.body))
  })

  server.post('/introspect', async (request: Form, reply) => {
    const caller = await authenticate(request.headers.authorization, request.body)
    if (caller === undefined) return send(reply, refuse('invalid_client'))
    const token = await store.accessToken(hashOf(request.body.get('token') ?? ''))
    if (token === undefined || token.expires <= nowSeconds() || token.client !== caller.client.id) {
      return send(reply, { status: 200, body: { active: false } })
    }
    const { client, person, scope, audience, issued, expires } = token
    const body = { active: clients.has(client), iss: issuer, sub: person ?? client, aud: audience, client_id: client }
    return send(reply, { status: 200, body: { ...body, scope, token_type: 'Bearer', iat: issued, exp: expires } })
  })

  server.get('/userinfo', async (request, reply) => {
    const found = await store.personOf(hashOf(request.headers.authorization?.slice('Bearer '.length) ?? ''))
    if (found === undefined || found.expires <= nowSeconds() || !found.scope.startsWith('openid')) {
      return send(reply, { status: 401, body: { error: 'invalid_token' } })
    }
    return send(reply, { status: 200, body: JSON.parse(found.claims) })
  })
}
