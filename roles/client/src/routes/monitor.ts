/**
 * `/monitor`: the page that an app puts into a hidden frame to hear when the person signs out at the provider.
 *
 * @see OpenID Connect Session Management §3
 */
import { parseCookies } from '../cookies.ts'
import { monitorPage } from '../pages.ts'
import type { Core } from '../settings.ts'

export async function monitor({ sessions, providers, site, basePath }: Core, request: Request): Promise<Response> {
  const record = await sessions.load(parseCookies(request.headers.get('cookie')))
  const configured = record && providers.get(record.provider)
  if (!record?.sessionState || configured?.provider.issuer !== record.issuer) return monitorPage(undefined)
  const { metadata, client } = await configured.connect()
  if (metadata.check_session_iframe === undefined) return monitorPage(undefined)
  return monitorPage({
    frame: String(metadata.check_session_iframe),
    message: `${client.client_id} ${record.sessionState}`,
    ask: `${site.origin}${basePath}/signin/${configured.name}?prompt=none&silent=1`,
    through: [new URL(metadata.authorization_endpoint ?? '').origin],
    confirmed: new URL(request.url).searchParams.get('confirmed') === '1',
  })
}
