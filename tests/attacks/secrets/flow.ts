/** What people and clients really do, with every secret of it noted down: what is given away, typed, kept in a cookie. */
import assert from 'node:assert/strict'
import { type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import { challengeOf } from '@symbolon/protocol/pkce'
import { SignJWT } from 'jose'
import { createPerson } from '../../support/person.ts'
import { allow, callback, library, password, secret } from '../../support/server.ts'
import type { Secret } from './search.ts'

const basic = (clientId: string) => ({ authorization: `Basic ${btoa(`${clientId}:${secret}`)}` })

export async function liveThrough(url: string, note: (secret: Secret) => void, signer: KeyObject): Promise<void> {
  const post = async (path: string, form: Readonly<Record<string, string>>, headers: Record<string, string>) => {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(form), headers })
    assert.equal(response.status, 200, `${path}: ${response.status}`)
    const text = await response.text()
    const body = text === '' ? {} : JSON.parse(text)
    for (const name of ['access_token', 'refresh_token']) if (name in body) noteToken(name, body[name])
    if ('id_token' in body) noteToken('id_token', body.id_token)
    return body
  }
  /** Of a JWT its signature: what it says can be read by whoever it is for, and without the signature it opens nothing. */
  const noteToken = (kind: string, token: string) => note({ kind, value: token.split('.').at(-1) ?? '' })
  const random = (kind: string) => {
    const value = randomBytes(32).toString('base64url')
    note({ kind, value })
    return value
  }

  note({ kind: 'client secret', value: secret })
  note({ kind: 'password', value: password })
  const person = createPerson({ stopAt: [callback] })
  const codeFor = async (scope: string, prompt: string) => {
    const verifier = random('verifier')
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: 'web', redirect_uri: callback, scope, prompt },
      ...{ code_challenge: challengeOf(verifier), code_challenge_method: 'S256', resource: library },
      ...{ state: random('state'), nonce: random('nonce') },
    })
    const answer = await allow(person, `${url}/authorize?${query}`)
    const code = answer.searchParams.get('code') ?? ''
    note({ kind: 'code', value: code })
    for (const { key, value } of await person.jar.getCookies(url)) note({ kind: `cookie ${key}`, value })
    return { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }
  }

  const start = await person.open(`${url}/account`)
  const wrong = random('mistyped password')
  await person.submit(start, { login: 'alice@example.com', password: wrong })
  const scope = 'openid email offline_access photos:read'
  const first = await post('/token', await codeFor(scope, 'consent'), basic('web'))
  const second = await post('/token', { grant_type: 'refresh_token', refresh_token: first.refresh_token }, basic('web'))
  await fetch(`${url}/userinfo`, { headers: { authorization: `Bearer ${second.access_token}` } })
  await post('/introspect', { token: second.access_token }, basic('library'))
  // A code that is used twice, and one that is never used.
  const again = await codeFor('openid', 'login')
  await post('/token', again, basic('web'))
  await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(again), headers: basic('web') })
  await codeFor(scope, 'consent')
  // Tokens through the browser, in clear and signed.
  for (const mode of ['fragment', 'jwt']) {
    const query = new URLSearchParams({
      ...{ response_type: 'code id_token token', client_id: 'hybrid', redirect_uri: callback, response_mode: mode },
      ...{ scope: 'openid email photos:read', prompt: 'consent', state: random('state'), nonce: random('nonce') },
    })
    const answer = await allow(person, `${url}/authorize?${query}`)
    const given = new URLSearchParams(answer.hash.slice(1))
    assert.equal(given.has(mode === 'jwt' ? 'response' : 'id_token'), true)
    for (const [name, value] of given) if (/token$|^response$/.test(name)) noteToken(`${name} by ${mode}`, value)
    const code = given.get('code')
    if (code !== null) note({ kind: 'code', value: code })
  }
  await post('/revoke', { token: second.refresh_token ?? first.refresh_token }, basic('web'))
  await post('/token', { grant_type: 'client_credentials', scope: 'archive:read' }, basic('robot'))

  const now = Math.floor(Date.now() / 1_000)
  const assertion = await new SignJWT({ jti: randomUUID(), iat: now, exp: now + 60 })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer('signer')
    .setSubject('signer')
    .setAudience(url)
    .sign(signer)
  noteToken('assertion', assertion)
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const signed = { client_assertion: assertion, client_assertion_type: type }
  await post('/token', { grant_type: 'client_credentials', scope: 'photos:read', ...signed }, {})

  const account = await person.open(`${url}/account/sessions`)
  for (const { value = '' } of account.page.querySelectorAll('input[name=csrf]').map((field) => field.attributes))
    note({ kind: 'form token', value })
}
