/**
 * `/monitor`: the page that an app puts into a hidden frame to hear when the person signs out at the provider.
 *
 * @see OpenID Connect Session Management §3
 */
import { findSession } from '../found-session.ts'
import { monitorPage } from '../pages.ts'
import type { Core } from '../settings.ts'

export async function monitor(core: Core, request: Request): Promise<Response> {
  const found = await findSession(core, request)
  if (!found?.record.sessionState) return monitorPage(undefined)
  const { record, configured } = found
  const { metadata, client } = await configured.connect()
  if (metadata.check_session_iframe === undefined) return monitorPage(undefined)
  return monitorPage({
    frame: String(metadata.check_session_iframe),
    message: `${client.client_id} ${record.sessionState}`,
    ask: `${core.site.origin}${core.basePath}/signin/${configured.name}?prompt=none&silent=1`,
    through: [new URL(metadata.authorization_endpoint ?? '').origin],
    confirmed: new URL(request.url).searchParams.get('confirmed') === '1',
  })
}
