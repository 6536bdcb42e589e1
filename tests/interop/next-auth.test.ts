/**
 * A stranger's client: next-auth 4 in a small application, set up for a provider of one's own as its documentation
 * shows. It runs as an API route does; Express is the host in place of Next.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import express from 'express'
import NextAuth, { type AuthOptions, getServerSession } from 'next-auth'
import { getToken } from 'next-auth/jwt'
import type { OAuthConfig } from 'next-auth/providers/oauth'
import { type Listening, listen } from '../support/listen.ts'
import { createPerson, type Person, type Shown } from '../support/person.ts'
import { freePorts } from '../support/ports.ts'
import { allowOn, password, secret, startTestServer, type TestServer } from '../support/server.ts'

interface Profile {
  readonly sub: string
  readonly name: string
  readonly email: string
}

const provider = (issuer: string): OAuthConfig<Profile> => ({
  id: 'symbolon',
  name: 'Symbolon',
  type: 'oauth',
  wellKnown: `${issuer}/.well-known/openid-configuration`,
  authorization: { params: { scope: 'openid profile email offline_access' } },
  clientId: 'next',
  clientSecret: secret,
  idToken: true,
  checks: ['pkce', 'state', 'nonce'],
  // What a scope asks for is in userinfo while there is an access token (OpenID Connect Core §5.4), not in the ID token.
  userinfo: { request: ({ client, tokens }) => client.userinfo<Profile>(tokens.access_token ?? '') },
  profile: ({ sub, name, email }) => ({ id: sub, name, email }),
})

/** The same without userinfo: what is wanted of the person is asked for by name, for the ID token (Core §5.5). */
const byClaims = (issuer: string): OAuthConfig<Profile> => {
  const { userinfo: _, ...shared } = provider(issuer)
  const claims = JSON.stringify({ id_token: { name: null, email: { essential: true } } })
  return { ...shared, id: 'by-claims', authorization: { params: { scope: 'openid', claims } } }
}

/** `pages/api/auth/[...nextauth].ts`, a page that says who is signed in, and the way out of the server, too. */
function appWith(settings: AuthOptions, issuer: string) {
  // It comes as CommonJS, which an ES module imports whole; its types describe what a bundler makes of it.
  const { default: handle } = NextAuth as unknown as {
    readonly default: (request: express.Request, response: express.Response, settings: AuthOptions) => Promise<void>
  }
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.use((request, _response, next) => {
    const [, nextauth] = /^\/api\/auth\/(.+)$/.exec(request.path) ?? []
    const query = { ...request.query, ...(nextauth === undefined ? {} : { nextauth: nextauth.split('/') }) }
    Object.defineProperty(request, 'query', { value: query })
    const pairs = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='))
    request.cookies = Object.fromEntries(pairs.map(([name, ...value]) => [name, decodeURIComponent(value.join('='))]))
    next()
  })
  app.all('/api/auth/*rest', (request, response) => handle(request, response, settings))
  app.get('/leave', async (request, response) => {
    const token = await getToken({ req: request as never, secret })
    const back = new URL('/api/auth/signout', process.env.NEXTAUTH_URL).href
    const query = new URLSearchParams({ id_token_hint: String(token?.idToken), post_logout_redirect_uri: back })
    response.redirect(`${issuer}/logout?${query}`)
  })
  app.get('/', async (request, response) => {
    response.json(await getServerSession(request as never, response as never, settings))
  })
  return app
}

describe('next-auth', () => {
  let server: TestServer
  let app: Listening
  const complaints: string[] = []

  before(async () => {
    const [port = 0] = await freePorts(1)
    const url = `http://localhost:${port}`
    server = await startTestServer({
      clients: [
        {
          client_id: 'next',
          client_secret: secret,
          redirect_uris: [`${url}/api/auth/callback/symbolon`, `${url}/api/auth/callback/by-claims`],
          post_logout_redirect_uris: [`${url}/api/auth/signout`],
          grant_types: ['authorization_code', 'refresh_token'],
          scope: 'openid profile email offline_access',
        },
      ],
    })
    process.env.NEXTAUTH_URL = url
    const settings: AuthOptions = {
      secret,
      providers: [provider(server.url), byClaims(server.url)],
      callbacks: {
        jwt: ({ token, account }) => (account ? { ...token, scope: account.scope, idToken: account.id_token } : token),
        session: ({ session, token }) => Object.assign(session, { scope: token.scope }),
      },
      logger: { error: (code) => complaints.push(code), warn: () => {}, debug: () => {} },
    }
    app = await listen(port, appWith(settings, server.url))
  })
  after(async () => {
    await app?.close()
    await server?.close()
    delete process.env.NEXTAUTH_URL
  })

  /** Opens the sign-in page of the app and presses the provider's button there. */
  async function begin(person: Person, id = 'symbolon'): Promise<Shown> {
    const shown = await person.open(`${app.url}/api/auth/signin?callbackUrl=/`)
    const page = shown.page.querySelector(`form[action$="/${id}"]`)?.parentNode
    assert.ok(page)
    return person.submit({ ...shown, page }, {})
  }

  const sessionOn = ({ text }: Shown) => JSON.parse(text)

  it('signs a person in with PKCE, state and nonce, and out again', async () => {
    const person = createPerson()
    const home = await allowOn(await begin(person), person)
    assert.deepEqual(complaints, [])
    assert.equal(home.url, `${app.url}/`)
    const { user, scope } = sessionOn(home)
    assert.deepEqual([user.name, user.email], ['Alice Adams', 'alice@example.com'])
    assert.deepEqual(scope.split(' ').sort(), ['email', 'offline_access', 'openid', 'profile'])

    const out = await person.open(`${app.url}/api/auth/signout`)
    await person.submit(out, {})
    assert.equal(sessionOn(await person.open(app.url)), null)
  })

  it('reads from the ID token what was asked for by name (OpenID Connect Core §5.5)', async () => {
    const person = createPerson()
    const { user } = sessionOn(await allowOn(await begin(person, 'by-claims'), person))
    assert.deepEqual(complaints, [])
    assert.deepEqual([user.name, user.email], ['Alice Adams', 'alice@example.com'])
  })

  it('signs a person out of the server, which leads back to sign out here (RP-Initiated Logout §2)', async () => {
    const person = createPerson()
    await allowOn(await begin(person), person)
    const out = await person.open(`${app.url}/leave`)
    assert.equal(out.url, `${app.url}/api/auth/signout`)
    await person.submit(out, {})
    assert.equal(sessionOn(await person.open(app.url)), null)
    const again = await begin(person)
    assert.ok(again.page.querySelector('input[name=password]'))
  })

  it('understands that a person did not allow it (RFC 6749 §4.1.2.1)', async () => {
    const person = createPerson()
    const consent = await person.submit(await begin(person), { login: 'bob', password })
    const refused = await person.submit(consent, {}, 'decision=deny')
    assert.equal(new URL(refused.url).searchParams.get('error'), 'Callback')
    assert.deepEqual(complaints.splice(0), ['OAUTH_CALLBACK_HANDLER_ERROR', 'OAUTH_CALLBACK_ERROR'])
    assert.equal(sessionOn(await person.open(app.url)), null)
  })
})
