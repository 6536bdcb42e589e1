/**
 * GitHub: OAuth without OpenID, as its documentation describes it. It answers errors with status 200, separates
 * scopes by commas, and says who signed in at its API.
 *
 * @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
import { type AuthorizationServer, ClientSecretPost } from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import type { AllowHttp, Fetch } from '../network.ts'
import type { Connection, PersonQuestion, Provider, User } from './provider.ts'

export interface GitHubSettings {
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes?: readonly string[]
  /** The address of a GitHub Enterprise Server, or of a stand-in. */
  readonly web?: string
  readonly api?: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly allowHttp?: AllowHttp
}

export function github(settings: GitHubSettings): Provider {
  const { web = 'https://github.com', api = 'https://api.github.com' } = settings
  const metadata: AuthorizationServer = {
    issuer: `${web}/login/oauth`,
    authorization_endpoint: `${web}/login/oauth/authorize`,
    token_endpoint: `${web}/login/oauth/access_token`,
  }
  const client = { client_id: settings.clientId }
  const provider: Provider = {
    issuer: metadata.issuer,
    openid: undefined,
    clientId: () => settings.clientId,
    scopes: settings.scopes ?? ['read:user', 'user:email'],
    resource: undefined,
    apis: [api],
    responseType: 'code',
    responseMode: 'query',
    parameters: settings.parameters ?? {},
    allowHttp: settings.allowHttp ?? 'loopback',
    postLogoutRedirectUri: undefined,
    connect: async ({ network }) => ({
      provider,
      metadata,
      client,
      authenticate: ClientSecretPost(settings.clientSecret),
      findKey: noKeys,
      theirKeys: async () => [],
      decryptionKeys: [],
      network,
    }),
    manage: undefined,
    readTokenResponse,
    person: (connection, question) => person(api, connection, question),
  }
  return provider
}

const noKeys: Connection['findKey'] = async () => {
  throw new AuthError('id_token_invalid', { expected: 'no ID token', got: 'one' })
}

/** Names of GitHub's own, and the standard's name for the same. */
const errorNames: Readonly<Record<string, string>> = {
  bad_verification_code: 'invalid_grant',
  bad_refresh_token: 'invalid_grant',
  incorrect_client_credentials: 'invalid_client',
}

async function readTokenResponse(response: Response): Promise<Response> {
  if (response.status !== 200) return response
  const text = await response.text()
  const form = response.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')
  const body = form ? Object.fromEntries(new URLSearchParams(text)) : parsed(text)
  if (typeof body.error === 'string') {
    return Response.json({ ...body, error: errorNames[body.error] ?? body.error }, { status: 400 })
  }
  return Response.json({ ...body, ...(typeof body.scope === 'string' && { scope: body.scope.replaceAll(',', ' ') }) })
}

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}

async function person(
  api: string,
  { network }: Connection,
  { accessToken = '', scopes }: PersonQuestion,
): Promise<User> {
  const ask = (path: string) => askApi({ url: `${api}${path}`, network, accessToken })
  const [user, emails] = await Promise.all([
    ask('/user'),
    scopes.some((scope) => scope === 'user' || scope === 'user:email') ? ask('/user/emails') : [],
  ])
  const { id, login, name, avatar_url: picture, html_url: profile } = asRecord(user)
  // an account's login can change hands; its number can't
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) {
    throw new AuthError('token_response_invalid', { expected: 'the number of the GitHub account', got: typeof id })
  }
  const primary = (Array.isArray(emails) ? emails : []).map(asRecord).find((email) => email.primary === true)
  const texts = { preferred_username: login, name, picture, profile, email: primary?.email }
  return {
    sub: String(id),
    ...Object.fromEntries(
      Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    ...(primary && { email_verified: primary.verified === true }),
  }
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

interface ApiQuestion {
  readonly url: string
  readonly network: Fetch
  readonly accessToken: string
}

async function askApi({ url, network, accessToken }: ApiQuestion): Promise<unknown> {
  const response = await network(url, {
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${accessToken}`,
      'user-agent': 'symbolon-client',
      'x-github-api-version': '2022-11-28',
    },
  })
  if (response.status >= 500)
    throw new AuthError('provider_unavailable', { expected: '200', got: `${response.status}` })
  if (response.status !== 200)
    throw new AuthError('provider_refused', { expected: '200', got: `${response.status} at ${url}` })
  return response.json().catch(() => undefined)
}
