/** A server under load: its addresses as it publishes them, and the steps that several workloads share. */
import { createHash, randomBytes } from 'node:crypto'
import { callback, openidScope, people, resources, secret, type World } from '../world.ts'
import { type Browser, openBrowser } from './browser.ts'
import { expect, type Http, json, openHttp, WrongAnswer } from './http.ts'
import { assertions, tokenCheck } from './jwt.ts'

export type Body = Readonly<Record<string, unknown>>

export interface Target {
  readonly issuer: string
  readonly metadata: Readonly<Record<string, string>>
  readonly checkToken: ReturnType<typeof tokenCheck>
  readonly assertion: () => string
  /** Signed in, consent given; several workers may share one. */
  readonly browsers: readonly Browser[]
  /** Access tokens to introspect, and to ask userinfo with. */
  readonly opaqueTokens: readonly string[]
  readonly personTokens: readonly string[]
}

export const basic = (client: string) => ({
  authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`,
})

export const emailOf = (at: number): string => people[at % people.length]?.email ?? ''

const poolSize = 64

export async function openTarget(issuer: string, world: World): Promise<Target> {
  const http = openHttp(8)
  try {
    const found = json(await http.send({ url: `${issuer}/.well-known/openid-configuration` }))
    const metadata = found as Readonly<Record<string, string>>
    const keys = json(await http.send({ url: metadata.jwks_uri ?? '' })).keys as readonly Body[]
    const browsers = people.map(({ email }, at) => openBrowser(email, at))
    const target = {
      issuer,
      metadata,
      browsers,
      checkToken: tokenCheck(keys),
      assertion: assertions(world.clientKey.private, { client: 'keyed', audience: issuer }),
    }
    // Twice: the first time signs in and allows, the second shows that both are remembered.
    for (const browser of [...browsers, ...browsers]) await codeFlow(http, target, { browser, scope: openidScope })
    const each = Array.from({ length: poolSize })
    const personTokens = await inTurn(each, async (_, at) => {
      const browser = browsers[at % browsers.length] ?? openBrowser(emailOf(at), at)
      return String((await codeFlow(http, target, { browser, scope: openidScope })).access_token)
    })
    const opaqueTokens = await inTurn(each, async () => {
      const { name, scope } = resources.opaque
      const form = { grant_type: 'client_credentials', resource: name, scope }
      const url = metadata.token_endpoint ?? ''
      return String(json(await http.send({ method: 'POST', url, form, headers: basic('robot') })).access_token)
    })
    return { ...target, opaqueTokens, personTokens }
  } finally {
    http.close()
  }
}

async function inTurn<Item, Result>(items: readonly Item[], work: (item: Item, at: number) => Promise<Result>) {
  const results: Result[] = []
  for (const [at, item] of items.entries()) results.push(await work(item, at))
  return results
}

/** Authorization request, whatever pages there are, token request; all answers checked. */
export async function codeFlow(
  http: Http,
  target: Pick<Target, 'issuer' | 'metadata' | 'checkToken'>,
  { browser, scope, resource }: { readonly browser: Browser; readonly scope: string; readonly resource?: string },
): Promise<Body> {
  const { issuer, metadata } = target
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const nonce = randomBytes(16).toString('base64url')
  const isOpenid = scope.split(' ').includes('openid')
  const request = new URLSearchParams({
    client_id: 'web',
    response_type: 'code',
    redirect_uri: callback,
    scope,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(isOpenid && { nonce }),
    ...(resource !== undefined && { resource }),
  })
  const { searchParams } = await browser.authorize(http, `${metadata.authorization_endpoint}?${request}`)
  const code = searchParams.get('code')
  if (code === null) throw new WrongAnswer(`no code: ${searchParams.get('error')}`)
  expect(searchParams.get('state') === state && searchParams.get('iss') === issuer, 'state and iss')
  const answer = await http.send({
    method: 'POST',
    url: metadata.token_endpoint ?? '',
    headers: basic('web'),
    form: { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier },
  })
  const body = json(answer)
  expect(typeof body.access_token === 'string' && typeof body.refresh_token === 'string', 'both tokens')
  if (isOpenid) {
    const claims = target.checkToken(body.id_token, { algorithm: 'ES256', issuer, audience: 'web' })
    expect(claims.nonce === nonce, 'the nonce in the ID token')
  }
  return body
}
