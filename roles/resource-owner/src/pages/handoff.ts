/**
 * The way back to the app, as a page: browsers stop a redirect that follows a form when `form-action` does not
 * allow its target. The browser goes on by itself; the link is for browsers that ask first.
 *
 * @see RFC 6749 §4.1.2, RFC 8252 §7
 */
import type { HandoffView } from '@symbolon/protocol/views'
import { html, returnAddress } from '../html.ts'
import type { Draw } from '../page.ts'
import { plate } from '../parts/plate.ts'
import { plain } from '../parts/text.ts'

export const handoff: Draw<HandoffView> = ({ client, location, kind }, { words }) => {
  const address = returnAddress(location)
  const app = html`<bdi>${client.name}</bdi>`
  const heading = address ? words.handoff.title : words.handoff.refusedTitle
  const says = { web: words.handoff.web, app: words.handoff.app, 'this-computer': words.handoff.computer }
  return {
    title: plain(heading(client.name)),
    layout: 'question',
    ...(address ? { refresh: `0;url=${address}` } : {}),
    content: html`<h1>${heading(app)}</h1>
${plate(client, undefined)}
${
  address
    ? html`<p role="status">${says[kind]}</p>
${kind === 'app' && html`<p role="status" data-later="${words.handoff.appLater}"></p>`}
<div class="actions"><a id="continue" class="button primary" href="${address}">${words.handoff.continue(app)}</a></div>`
    : html`<p>${words.handoff.refused}</p>`
}`,
  }
}
