/**
 * `/signout`: a page that asks, and a form that signs out: here, and at the provider when that is asked for and the
 * provider can.
 *
 * @see OpenID Connect RP-Initiated Logout §2, RFC 7009
 */
import { type AuthorizationServer, revocationRequest } from 'oauth4webapi'
import { parseCookies } from '../cookies.ts'
import { transport } from '../network.ts'
import { navigates, needOwnForm, readForm } from '../requests.ts'
import { handoff, redirect, signOutPage } from '../responses.ts'
import type { SessionRecord } from '../sessions/session.ts'
import type { ConfiguredProvider, Core } from '../settings.ts'
import { readReturnTo } from './sign-in.ts'

export interface SignedOut {
  readonly setCookies: readonly string[]
  /** Where the browser goes to be signed out at the provider too; `undefined` when the provider can't do it. */
  readonly providerUrl: string | undefined
}

/** Milliseconds that signing out waits for the provider. */
const patience = 3_000

export async function signOutRoute(core: Core, request: Request): Promise<Response> {
  const { site, basePath } = core
  const action = `${site.origin}${basePath}/signout`
  if (request.method !== 'POST') {
    const returnTo = readReturnTo(core, new URL(request.url).searchParams.get('returnTo'))
    const record = await core.sessions.load(parseCookies(request.headers.get('cookie')))
    const configured = record && core.providers.get(record.provider)
    const metadata = configured && (await soon(configured.provider.metadata(configured.network)))
    return signOutPage({ action, returnTo, providerToo: metadata?.end_session_endpoint !== undefined })
  }
  needOwnForm(request, site)
  const form = await readForm(request)
  const returnTo = readReturnTo(core, form.get('returnTo'))
  const { setCookies, providerUrl } = await signOut(core, request)
  if (form.get('provider') === '1' && providerUrl !== undefined) {
    return navigates(request)
      ? handoff(providerUrl, { setCookies })
      : redirect(providerUrl, { status: 303, setCookies })
  }
  return redirect(`${site.origin}${returnTo}`, { status: 303, setCookies })
}

/** Ends the session whatever the provider says, and gives its tokens back. */
export async function signOut(core: Core, request: Pick<Request, 'headers'>): Promise<SignedOut> {
  const { sessions, providers, recorder, now } = core
  const began = now()
  const cookies = parseCookies(request.headers.get('cookie'))
  const record = await sessions.load(cookies)
  const setCookies = await sessions.end(cookies)
  const configured = record && providers.get(record.provider)
  if (!record || configured?.provider.issuer !== record.issuer) return { setCookies, providerUrl: undefined }

  const metadata = await soon(configured.provider.metadata(configured.network))
  if (metadata) await soon(revoke(configured, metadata, record))
  recorder({
    flow: record.flow,
    band: 'sign-out',
    from: 'client',
    to: 'authorization-server',
    what: 'signed out here',
    outcome: 'ok',
    began,
    client: configured.provider.client.client_id,
    person: { issuer: record.issuer, sub: record.user.sub },
  })
  return { setCookies, providerUrl: metadata && providerSignOut(configured, metadata, record) }
}

/** Revoking the refresh token ends the access tokens that came from it (RFC 7009 §2.1). */
async function revoke(
  { provider, network }: ConfiguredProvider,
  metadata: AuthorizationServer,
  { tokens }: SessionRecord,
) {
  const token = tokens?.refreshToken ?? tokens?.accessToken
  if (token === undefined || metadata.revocation_endpoint === undefined) return
  const kind = tokens?.refreshToken === undefined ? 'access_token' : 'refresh_token'
  const response = await revocationRequest(metadata, provider.client, await provider.authenticate(), token, {
    ...transport(network),
    additionalParameters: { token_type_hint: kind },
  })
  await response.body?.cancel()
}

function providerSignOut({ provider }: ConfiguredProvider, metadata: AuthorizationServer, { tokens }: SessionRecord) {
  if (metadata.end_session_endpoint === undefined) return undefined
  const url = new URL(metadata.end_session_endpoint)
  const parameters = {
    id_token_hint: tokens?.idToken,
    client_id: provider.client.client_id,
    post_logout_redirect_uri: provider.postLogoutRedirectUri,
  }
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** The value when it comes soon and well; signing out must not hang on a provider that is away. */
async function soon<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patience, undefined)
  })
  return Promise.race([work.catch(() => undefined), late]).finally(() => clearTimeout(timer))
}
