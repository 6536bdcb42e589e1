/** Signed out, with the way back. */
import type { SignedOutView } from '@symbolon/protocol/views'
import { html, returnAddress } from '../html.ts'
import type { Draw } from '../page.ts'

export const signedOut: Draw<SignedOutView> = ({ client, next }, { words, path, frame }) => {
  const back = next === undefined ? undefined : next.startsWith('/') ? path(next) : returnAddress(next)
  return {
    title: words.signOut.doneTitle,
    layout: 'question',
    content: html`<h1>${words.signOut.doneTitle}</h1>
<p class="lead">${words.signOut.done(html`<bdi>${frame.issuerName}</bdi>`)}</p>
<div class="actions pair">${
      back &&
      html`<a class="button primary" href="${back}">${client ? words.signOut.back(html`<bdi>${client.name}</bdi>`) : words.signOut.backAnywhere}</a>`
    }<a class="button" href="${path('/account')}">${words.signOut.again}</a></div>`,
  }
}
