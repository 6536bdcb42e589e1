/** A stand-in for GitHub that answers as its documentation says: form-encoded or JSON, errors with status 200. */
import { createHash, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type Asked, listenTo, sendJson, sentBack } from './http.ts'

export interface GitHubStandIn {
  readonly web: string
  readonly api: string
  readonly asked: Asked[]
  readonly change: {
    /** Scopes that the person allows, if not all. */
    granted?: string
    /** Tokens that expire, as an app can choose since 2025. */
    expiring?: boolean
    user?: unknown
    /** Ignores the Accept header. */
    formOnly?: boolean
  }
  readonly allow: (authorizationUrl: string) => Promise<URL>
  readonly stop: () => Promise<void>
}

export const clientSecret = 'the secret of the app at GitHub'

export async function startGitHub(): Promise<GitHubStandIn> {
  const asked: Asked[] = []
  const change: GitHubStandIn['change'] = {}
  const codes = new Map<string, URLSearchParams>()
  const refreshTokens = new Map<string, string>()
  const tokens = new Map<string, string>()

  const answer = (request: Asked, response: ServerResponse, body: Readonly<Record<string, string | number>>) => {
    if (request.headers.accept?.includes('application/json') && !change.formOnly) return sendJson(response, 200, body)
    const form = new URLSearchParams(
      Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]),
    )
    return response
      .writeHead(200, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' })
      .end(form.toString())
  }

  const give = (request: Asked, response: ServerResponse, scope: string) => {
    const [accessToken, refreshToken] = [
      `gho_${randomBytes(12).toString('hex')}`,
      `ghr_${randomBytes(12).toString('hex')}`,
    ]
    tokens.set(accessToken, scope)
    refreshTokens.set(refreshToken, scope)
    const expiring = { expires_in: 28800, refresh_token: refreshToken, refresh_token_expires_in: 15897600 }
    answer(request, response, {
      access_token: accessToken,
      scope,
      token_type: 'bearer',
      ...(change.expiring && expiring),
    })
  }

  const token = (request: Asked, response: ServerResponse) => {
    const { form } = request
    const refused = (error: string) =>
      answer(request, response, { error, error_description: 'no', error_uri: 'https://docs.github.com/' })
    if (form.get('client_secret') !== clientSecret) return refused('incorrect_client_credentials')
    if (form.get('grant_type') === 'refresh_token') {
      const scope = refreshTokens.get(form.get('refresh_token') ?? '')
      refreshTokens.delete(form.get('refresh_token') ?? '')
      return scope === undefined ? refused('bad_refresh_token') : give(request, response, scope)
    }
    const params = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (!params || params.get('code_challenge') !== challenge) return refused('bad_verification_code')
    return give(request, response, change.granted ?? (params.get('scope') ?? '').split(' ').join(','))
  }

  const api = (request: Asked, response: ServerResponse, pathname: string) => {
    const scope = tokens.get(request.headers.authorization?.slice('Bearer '.length) ?? '')
    if (!request.headers['user-agent'])
      return sendJson(response, 403, { message: 'Request forbidden by administrative rules.' })
    if (scope === undefined) return sendJson(response, 401, { message: 'Bad credentials' })
    const user = {
      login: 'octocat',
      id: 583231,
      name: 'The Octocat',
      avatar_url: 'https://a/1',
      html_url: 'https://g/octocat',
      email: null,
    }
    if (pathname === '/api/user') return sendJson(response, 200, change.user ?? user)
    if (pathname === '/api/user/emails' && /user/.test(scope)) {
      return sendJson(response, 200, [
        { email: 'old@example.com', primary: false, verified: true },
        { email: 'octocat@example.com', primary: true, verified: true },
      ])
    }
    return sendJson(response, 404, { message: 'Not Found' })
  }
  const server = await listenTo((request, response) => {
    asked.push(request)
    const { pathname, searchParams } = new URL(request.path, server.url)
    if (pathname === '/login/oauth/authorize') {
      const code = randomBytes(10).toString('hex')
      codes.set(code, searchParams)
      const to = new URL(searchParams.get('redirect_uri') ?? '')
      to.search = new URLSearchParams({ code, state: searchParams.get('state') ?? '' }).toString()
      return response.writeHead(302, { location: to.href }).end()
    }
    if (pathname === '/login/oauth/access_token') return token(request, response)
    return api(request, response, pathname)
  })

  return { web: server.url, api: `${server.url}/api`, asked, change, allow: sentBack, stop: server.stop }
}
