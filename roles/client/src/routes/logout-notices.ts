/**
 * `/backchannel-logout/:provider` and `/frontchannel-logout/:provider`: the provider says that a session has ended
 * there, and it ends here.
 *
 * @see OpenID Connect Back-Channel Logout §2.5, §2.8; OpenID Connect Front-Channel Logout §2, §3
 */
import { one } from '@symbolon/protocol/parameters'
import type { ConfiguredProvider } from '../configured-providers.ts'
import { parseCookies } from '../cookies.ts'
import type { Endings, Notice } from '../endings.ts'
import { AuthError } from '../errors.ts'
import { validateLogoutToken } from '../logout-token.ts'
import { frame } from '../pages.ts'
import { newFlow, refusedBy } from '../record.ts'
import { readForm } from '../requests.ts'
import { json } from '../responses.ts'
import type { Core } from '../settings.ts'

export async function backChannelLogout(
  core: Core,
  request: Request,
  configured: ConfiguredProvider,
): Promise<Response> {
  const endings = endingsOf(core, configured)
  const began = core.now()
  const flow = newFlow()
  const about = noticed(configured, { flow, began, what: 'the provider ended a session' })
  try {
    const notice = await noticeOf(core, { request, configured, endings })
    await notice.end()
    core.recorder({ ...about, outcome: 'ok' })
    return json({}, { status: 200 })
  } catch (error) {
    core.recorder({ ...about, outcome: 'refused', refused: refusedBy(error) })
    if (!(error instanceof AuthError) || error.status !== 400) throw error
    core.log(error, flow)
    const error_description = `${error.why} Expected ${error.expected ?? 'a logout_token'}. Ref ${flow}`
    return json({ error: 'invalid_request', error_description }, { status: 400 })
  }
}

interface Incoming {
  readonly request: Request
  readonly configured: ConfiguredProvider
  readonly endings: Endings
}

/** What a valid logout token says. It ends what it names once; when that can't be stored, it may be sent again. */
async function noticeOf({ now }: Core, { request, configured, endings }: Incoming) {
  const token = one(await readForm(request), 'logout_token')
  if (token === undefined) throw new AuthError('parameter_missing', { expected: 'logout_token' })
  const { jti, exp, sid, sub } = await validateLogoutToken(await configured.connect(), token, now())
  const {
    name: provider,
    provider: { issuer },
  } = configured
  const notice: Notice = { provider, issuer, sid, sub }
  const lease = await endings.first(jti, notice, (exp + 60) * 1000)
  if (!lease) throw new AuthError('logout_token_invalid', { expected: 'a jti that is new', got: 'one that was used' })
  return {
    end: async () => {
      try {
        await endings.end(notice)
      } catch (error) {
        await lease.release()
        throw error
      }
    },
  }
}

/** Shown in a frame of the provider's page, where the browser sends no cookie of ours: `sid` says which session. */
export async function frontChannelLogout(
  core: Core,
  request: Request,
  configured: ConfiguredProvider,
): Promise<Response> {
  const endings = endingsOf(core, configured)
  const { name, provider } = configured
  const params = new URL(request.url).searchParams
  const [iss, sid] = [one(params, 'iss'), one(params, 'sid')]
  if (iss !== provider.issuer) {
    throw new AuthError('logout_notice_wrong', {
      expected: `iss: ${provider.issuer}`,
      got: iss?.slice(0, 200) ?? 'none',
    })
  }
  if (sid === undefined || sid.length > 255) {
    throw new AuthError('logout_notice_wrong', { expected: 'sid: up to 255 characters', got: sid ? 'more' : 'none' })
  }
  const cookies = parseCookies(request.headers.get('cookie'))
  const record = await core.sessions.load(cookies)
  await endings.end({ provider: name, issuer: iss, sid, sub: undefined })
  const isThis = record?.provider === name && record.issuer === iss && record.sid === sid
  const about = noticed(configured, { flow: newFlow(), began: core.now(), what: 'the provider ended a session' })
  core.recorder({ ...about, outcome: 'ok' })
  return frame({ title: 'Signed out', setCookies: isThis ? await core.sessions.end(cookies) : [] })
}

const noticed = (
  { provider }: ConfiguredProvider,
  about: { readonly flow: string; readonly began: number; readonly what: string },
) => ({ ...about, band: 'sign-out', from: 'authorization-server', to: 'client', client: provider.clientId() }) as const

function endingsOf({ endings }: Core, { provider }: ConfiguredProvider): Endings {
  if (endings && provider.openid?.logoutNotices) return endings
  throw new AuthError('not_found')
}
