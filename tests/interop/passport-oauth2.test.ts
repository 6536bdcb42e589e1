/** A stranger's client: passport-oauth2 in an Express app with sessions, as its own documentation shows. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OAuth2Strategy from 'passport-oauth2'
import { type Listening, listen } from '../support/listen.ts'
import { createPerson, type Shown } from '../support/person.ts'
import { freePorts } from '../support/ports.ts'
import { allowOn, password, secret, startTestServer, type TestServer } from '../support/server.ts'

interface Visitor {
  readonly name: string
  readonly refreshToken: string
}

/** A strategy of one provider: it knows where that provider tells who signed in. */
class SymbolonStrategy extends OAuth2Strategy {
  /** Not `#userinfo`: Passport works on objects made from this one, and those have no private fields. */
  readonly userinfo: string

  constructor(issuer: string, options: { readonly clientSecret: string; readonly callbackURL: string }) {
    const endpoints = { authorizationURL: `${issuer}/authorize`, tokenURL: `${issuer}/token` }
    const safety = { state: true, pkce: true }
    super(
      { ...endpoints, ...safety, ...options, clientID: 'passport', scope: ['openid', 'profile', 'offline_access'] },
      (
        _accessToken: string,
        refreshToken: string,
        profile: { name: string },
        verified: OAuth2Strategy.VerifyCallback,
      ) => verified(null, { name: profile.name, refreshToken } satisfies Visitor),
    )
    this.userinfo = `${issuer}/userinfo`
    this._oauth2.useAuthorizationHeaderforGET(true)
  }

  override userProfile(accessToken: string, done: (error?: unknown, profile?: unknown) => void): void {
    this._oauth2.get(this.userinfo, accessToken, (error, body) => {
      if (error) done(new OAuth2Strategy.InternalOAuthError('no userinfo', error))
      else done(null, JSON.parse(String(body)))
    })
  }

  renew(refreshToken: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this._oauth2.getOAuthAccessToken(refreshToken, { grant_type: 'refresh_token' }, (error, accessToken) => {
        if (error) reject(error)
        else resolve(accessToken ?? '')
      })
    })
  }
}

/** The app: who is signed in, a way in, the way back, a way out. */
function appWith(strategy: OAuth2Strategy) {
  const authenticator = new passport.Passport()
  authenticator.use('symbolon', strategy)
  authenticator.serializeUser((user, done) => done(null, user))
  authenticator.deserializeUser((user: Express.User, done) => done(null, user))

  const app = express()
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  app.use(authenticator.session())
  app.get('/login', authenticator.authenticate('symbolon'))
  app.get('/callback', authenticator.authenticate('symbolon', { failureRedirect: '/refused' }), (_request, response) =>
    response.redirect('/'),
  )
  app.get('/refused', (_request, response) => void response.status(403).send('refused'))
  app.get('/', (request, response) => void response.json(request.user ?? 'nobody'))
  app.use(((error, _request, response, _next) => {
    response.status(502).send(error instanceof Error ? error.name : 'unknown')
  }) satisfies express.ErrorRequestHandler)
  return app
}

describe('passport-oauth2', () => {
  let server: TestServer
  let app: Listening
  let strategy: SymbolonStrategy

  before(async () => {
    const [port = 0] = await freePorts(1)
    const callbackURL = `http://localhost:${port}/callback`
    server = await startTestServer({
      clients: [
        {
          client_id: 'passport',
          client_secret: secret,
          // This library sends its secret in the body, and can't do otherwise.
          token_endpoint_auth_method: 'client_secret_post',
          redirect_uris: [callbackURL],
          grant_types: ['authorization_code', 'refresh_token'],
          scope: 'openid profile offline_access',
        },
      ],
    })
    strategy = new SymbolonStrategy(server.url, { clientSecret: secret, callbackURL })
    app = await listen(port, appWith(strategy))
  })
  after(async () => {
    await app?.close()
    await server?.close()
  })

  const visitorOn = ({ text }: Shown): Visitor => JSON.parse(text)

  it('signs a person in with state and PKCE, and knows their name from userinfo', async () => {
    const person = createPerson()
    assert.equal((await person.open(app.url)).text, '"nobody"')
    const home = await allowOn(await person.open(`${app.url}/login`), person)
    assert.equal(home.url, `${app.url}/`)
    assert.equal(visitorOn(home).name, 'Alice Adams')
    assert.equal(visitorOn(await person.open(app.url)).name, 'Alice Adams')
  })

  it('renews by a refresh token, and understands when there is none (RFC 6749 §5.2)', async () => {
    const person = createPerson()
    const { refreshToken } = visitorOn(await allowOn(await person.open(`${app.url}/login`), person))
    assert.notEqual(await strategy.renew(refreshToken), '')
    await assert.rejects(strategy.renew('not a refresh token'), ({ statusCode, data }) => {
      assert.deepEqual([statusCode, JSON.parse(data).error], [400, 'invalid_grant'])
      return true
    })
  })

  it('understands that a person did not allow it (RFC 6749 §4.1.2.1)', async () => {
    const person = createPerson()
    const consent = await person.submit(await person.open(`${app.url}/login`), { login: 'bob', password })
    assert.equal((await person.submit(consent, {}, 'decision=deny')).url, `${app.url}/refused`)
  })

  it('takes nobody in for a code that another session asked for (RFC 6749 §10.12)', async () => {
    const stopped = createPerson({ stopAt: [`${app.url}/callback`] })
    const theirs = await allowOn(await stopped.open(`${app.url}/login`), stopped)
    const victim = createPerson()
    assert.equal((await victim.open(theirs.url)).url, `${app.url}/refused`)
    assert.equal((await victim.open(app.url)).text, '"nobody"')
  })
})
