/** The floor's front channel: the authorization endpoint and one sign-in page. Consent is remembered. */
import { createHmac } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { lifetimes, resources } from '../../world.ts'
import { verifyPassword } from '../password.ts'
import { clients, hashOf, newHandle, nowSeconds } from './clients.ts'
import type { Code, Session } from './store.ts'
import type { Parts } from './token.ts'

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function cookie(request: FastifyRequest, name: string): string | undefined {
  const start = `${name}=`
  return request.headers.cookie
    ?.split('; ')
    .find((one) => one.startsWith(start))
    ?.slice(start.length)
}

export function authorizationRoutes(server: FastifyInstance, { issuer, world, store }: Parts): void {
  const seal = (browser: string) => createHmac('sha256', world.cookieSecret).update(browser).digest('base64url')

  /** The parameters, when they may be answered at all. */
  function check(params: URLSearchParams) {
    const client = clients.get(params.get('client_id') ?? '')
    const scope = params.get('scope') ?? ''
    const challenge = params.get('code_challenge')
    if (client?.redirect === undefined || params.get('redirect_uri') !== client.redirect) return undefined
    if (params.get('response_type') !== 'code' || challenge === null) return undefined
    if (params.get('code_challenge_method') !== 'S256') return undefined
    if (!scope.split(' ').every((one) => client.scopes.has(one))) return undefined
    const audience = scope.includes(resources.opaque.scope) ? resources.opaque.name : issuer
    return { client, redirect: client.redirect, scope, challenge, audience, nonce: params.get('nonce') }
  }

  async function finish(
    reply: FastifyReply,
    asked: NonNullable<ReturnType<typeof check>>,
    { params, session, fresh }: { params: URLSearchParams; session: Session; fresh: boolean },
  ) {
    const { client, redirect, scope, challenge, audience, nonce } = asked
    const value = newHandle()
    const code: Code = {
      hash: hashOf(value),
      grant: newHandle(),
      client: client.id,
      person: session.person,
      redirect,
      scope,
      audience,
      challenge,
      nonce,
      authenticated: session.authenticated,
      used: null,
      expires: nowSeconds() + lifetimes.code,
    }
    await store.insertCode(code, fresh ? session : undefined)
    const answer = new URLSearchParams({ code: value, state: params.get('state') ?? '', iss: issuer })
    return reply.code(303).header('cache-control', 'no-store').header('location', `${redirect}?${answer}`).send()
  }

  server.get('/authorize', async (request, reply) => {
    const query = request.url.slice(request.url.indexOf('?') + 1)
    const params = new URLSearchParams(query)
    const asked = check(params)
    if (asked === undefined) return reply.code(400).send({ error: 'invalid_request' })
    const handle = cookie(request, 'session')
    const session = handle === undefined ? undefined : await store.session(hashOf(handle), asked.client.id)
    if (session !== undefined && session.expires > nowSeconds()) {
      const allowed = session.consent.split(' ')
      if (asked.scope.split(' ').every((one) => allowed.includes(one))) {
        return finish(reply, asked, { params, session, fresh: false })
      }
    }
    const browser = newHandle()
    reply.header('set-cookie', `browser=${browser}; HttpOnly; SameSite=Lax; Path=/`)
    reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store')
    return reply.send(
      `<!doctype html><title>Sign in</title><form method="post" action="/sign-in"><input type="hidden" name="seal" value="${seal(browser)}"><input type="hidden" name="request" value="${escaped(query)}"><input name="login"><input type="password" name="password"><button>Sign in</button></form>`,
    )
  })

  server.post('/sign-in', async (request: FastifyRequest<{ Body: URLSearchParams }>, reply) => {
    const form = request.body
    const params = new URLSearchParams(form.get('request') ?? '')
    const asked = check(params)
    if (asked === undefined || seal(cookie(request, 'browser') ?? '') !== form.get('seal')) {
      return reply.code(400).send({ error: 'invalid_request' })
    }
    const person = await store.person('login', form.get('login') ?? '')
    const right = await verifyPassword(form.get('password') ?? '', person?.password ?? world.passwordHash)
    if (person === undefined || !right) return reply.code(401).send({ error: 'access_denied' })
    const handle = newHandle()
    const now = nowSeconds()
    const session = { hash: hashOf(handle), person: person.id, authenticated: now, expires: now + lifetimes.session }
    reply.header('set-cookie', `session=${handle}; HttpOnly; SameSite=Lax; Path=/`)
    return finish(reply, asked, { params, session, fresh: true })
  })
}
