/**
 * `response_mode=form_post`: the browser posts the answer to the app. The script sends the form at once; without
 * it the person does.
 *
 * @see OAuth 2.0 Form Post Response Mode §2
 */
import type { FormPostView } from '@symbolon/protocol/views'
import { href, html } from '../html.ts'
import type { Draw } from '../page.ts'
import { hidden } from '../parts/form.ts'
import { plate } from '../parts/plate.ts'
import { plain } from '../parts/text.ts'

export const formPost: Draw<FormPostView> = ({ client, action, fields }, { words }) => {
  const address = href(action)
  const app = html`<bdi>${client.name}</bdi>`
  return {
    title: plain(words.handoff.title(client.name)),
    layout: 'question',
    formAction: address ? [new URL(action).origin] : [],
    content: html`<h1>${words.handoff.title(app)}</h1>
${plate(client, undefined)}
${
  address
    ? html`<p role="status">${words.handoff.web}</p>
<form method="post" action="${address}" data-submit>${hidden(fields)}
<div class="actions"><button class="primary">${words.handoff.continue(app)}</button></div></form>`
    : html`<p>${words.handoff.refused}</p>`
}`,
  }
}
