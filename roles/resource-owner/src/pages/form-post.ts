/**
 * `response_mode=form_post`: the browser posts the answer to the app. A script of its own sends the form at once, in the
 * oldest browser that has scripts; without it the person does.
 *
 * @see OAuth 2.0 Form Post Response Mode §2
 */
import type { FormPostView } from '@symbolon/protocol/views'
import { submitPath } from '../assets.ts'
import { href, html } from '../html.ts'
import type { Draw } from '../page.ts'
import { hidden } from '../parts/form.ts'
import { plate } from '../parts/plate.ts'
import { plain } from '../parts/text.ts'

export const formPost: Draw<FormPostView> = ({ client, action, fields }, { words, path }) => {
  const address = href(action)
  const app = html`<bdi>${client.name}</bdi>`
  const heading = address ? words.handoff.title : words.handoff.refusedTitle
  return {
    title: plain(heading(client.name)),
    layout: 'question',
    goesOut: address !== undefined,
    content: html`<h1>${heading(app)}</h1>
${plate(client, undefined)}
${
  address
    ? html`<p role="status">${words.handoff.post}</p>
<form id="answer" name="answer" method="post" action="${address}">${hidden(fields)}
<div class="actions"><button id="continue" class="primary">${words.handoff.continue(app)}</button></div></form>
<script src="${path(submitPath)}"></script>`
    : html`<p>${words.handoff.refused}</p>`
}`,
  }
}
