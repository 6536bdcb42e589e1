/**
 * `/signout`: a page that asks, and a form that signs out: here, and at the provider when that is asked for and the
 * provider can.
 *
 * @see OpenID Connect RP-Initiated Logout §2, RFC 7009
 */
import { randomBytes } from 'node:crypto'
import { one } from '@symbolon/protocol/parameters'
import { revocationRequest } from 'oauth4webapi'
import { attemptLifetime } from '../attempts.ts'
import type { ConfiguredProvider } from '../configured-providers.ts'
import { parseCookies, writeCookie } from '../cookies.ts'
import { AuthError } from '../errors.ts'
import { findSession, type WithCookies } from '../found-session.ts'
import { transport } from '../network.ts'
import type { Connection } from '../providers/provider.ts'
import { navigates, needOwnForm, readForm } from '../requests.ts'
import { handoff, redirect, signOutPage } from '../responses.ts'
import type { SessionRecord } from '../sessions/session.ts'
import type { Core } from '../settings.ts'
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
    const found = await findSession(core, request)
    const connection = found && (await soon(found.configured.connect()))
    const providerToo = connection?.metadata.end_session_endpoint !== undefined
    return signOutPage({ action, returnTo, providerToo })
  }
  needOwnForm(request, site)
  const form = await readForm(request)
  const returnTo = readReturnTo(core, form.get('returnTo'))
  const { setCookies, providerUrl } = await signOut(core, request, returnTo)
  if (form.get('provider') === '1' && providerUrl !== undefined) {
    return navigates(request)
      ? handoff(providerUrl, { setCookies })
      : redirect(providerUrl, { status: 303, setCookies })
  }
  return redirect(`${site.origin}${returnTo}`, { status: 303, setCookies })
}

/** Ends the session whatever the provider says, and gives its tokens back. */
export async function signOut(core: Core, request: WithCookies, returnTo = '/'): Promise<SignedOut> {
  const { sessions, recorder, now } = core
  const began = now()
  const found = await findSession(core, request)
  const ended = await sessions.end(parseCookies(request.headers.get('cookie')))
  if (!found) return { setCookies: ended, providerUrl: undefined }

  const { record, configured } = found
  const connection = await soon(configured.connect())
  if (connection) await soon(revoke(connection, record))
  recorder({
    flow: record.flow,
    band: 'sign-out',
    from: 'client',
    to: 'authorization-server',
    what: 'signed out here',
    outcome: 'ok',
    began,
    client: configured.provider.clientId(),
    person: { issuer: record.issuer, sub: record.user.sub },
  })
  if (!connection) return { setCookies: ended, providerUrl: undefined }
  const { url, setCookies } = await providerSignOut(core, { configured, connection, record, returnTo })
  return { setCookies: [...ended, ...setCookies], providerUrl: url }
}

/** Revoking the refresh token ends the access tokens that came from it (RFC 7009 §2.1). */
async function revoke({ metadata, client, authenticate, network }: Connection, { tokens }: SessionRecord) {
  const token = tokens?.refreshToken ?? tokens?.accessToken
  if (token === undefined || metadata.revocation_endpoint === undefined) return
  const kind = tokens?.refreshToken === undefined ? 'access_token' : 'refresh_token'
  const response = await revocationRequest(metadata, client, authenticate, token, {
    ...transport(network),
    additionalParameters: { token_type_hint: kind },
  })
  await response.body?.cancel()
}

interface ProviderSignOut {
  readonly configured: ConfiguredProvider
  readonly connection: Connection
  readonly record: SessionRecord
  readonly returnTo: string
}

interface Leaving {
  readonly state: string
  readonly provider: string
  readonly returnTo: string
}

/** Where the provider signs out, and the cookie by which its answer is known, where that comes to `/signedout`. */
async function providerSignOut(core: Core, { configured, connection, record, returnTo }: ProviderSignOut) {
  const { metadata, client, provider } = connection
  if (metadata.end_session_endpoint === undefined) return { url: undefined, setCookies: [] }
  const { name, addresses } = configured
  const registered: unknown = client.post_logout_redirect_uris
  const back = provider.postLogoutRedirectUri ?? (Array.isArray(registered) ? addresses.signedOut : undefined)
  const leaving: Leaving = { state: randomBytes(24).toString('base64url'), provider: name, returnTo }
  const checked = back === addresses.signedOut
  const url = new URL(metadata.end_session_endpoint)
  const parameters = {
    id_token_hint: record.idToken,
    client_id: client.client_id,
    post_logout_redirect_uri: back,
    state: checked ? leaving.state : undefined,
  }
  for (const [each, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(each, value)
  return { url: url.href, setCookies: checked ? [await leavingCookie(core, leaving)] : [] }
}

async function leavingCookie({ sealer, names, now }: Core, leaving: Leaving): Promise<string> {
  const value = await sealer.seal('sign-out', leaving, Math.floor(now() / 1000) + attemptLifetime)
  return writeCookie({ name: names.signOut, value, maxAge: attemptLifetime, secure: names.secure })
}

/** `/signedout/:provider`: back from the provider, with the state that this browser left with. */
export async function signedOutRoute(core: Core, request: Request, { name }: ConfiguredProvider): Promise<Response> {
  const { sealer, names, site } = core
  const sealed = parseCookies(request.headers.get('cookie')).get(names.signOut)
  const leaving = sealed === undefined ? undefined : await sealer.open<Leaving>('sign-out', sealed)
  const state = one(new URL(request.url).searchParams, 'state')
  if (leaving?.provider !== name || leaving.state !== state) {
    const got = state === undefined ? 'no state' : 'another state'
    throw new AuthError('sign_out_unknown', {
      expected: leaving ? 'state as it was sent' : 'a sign-out under way',
      got,
    })
  }
  const setCookies = [writeCookie({ name: names.signOut, value: '', maxAge: 0, secure: names.secure })]
  return redirect(`${site.origin}${leaving.returnTo}`, { status: 302, setCookies })
}

/** The value when it comes soon and well; signing out must not hang on a provider that is away. */
async function soon<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patience, undefined)
  })
  return Promise.race([work.catch(() => undefined), late]).finally(() => clearTimeout(timer))
}
