/**
 * Signed out, with the way back. Apps that want to hear of it in the browser are opened in frames nobody sees; the page
 * goes on when they have loaded, or soon; where no scripts run, when they have loaded, and a link leads on before. Where
 * there is nowhere to go it stays, and what it says is true for as long.
 *
 * @see OpenID Connect Front-Channel Logout §3
 */
import type { SignedOutView } from '@symbolon/protocol/views'
import { type Address, type Html, href, html, returnAddress } from '../html.ts'
import type { Draw } from '../page.ts'
import { name } from '../parts/text.ts'

/** Seconds for which apps may keep the person waiting. */
const patience = 5

export const signedOut: Draw<SignedOutView> = ({ client, next, staying, frames }, pen) => {
  const { words, formats, path, frame } = pen
  const back = next === undefined ? undefined : next.startsWith('/') ? path(next) : returnAddress(next)
  const told = frames.flatMap((address) => href(address) ?? [])
  const issuer = html`<bdi>${frame.issuerName}</bdi>`
  return {
    title: words.signOut.doneTitle,
    layout: 'question',
    frameSource: [...new Set(told.map((address) => new URL(address.toString()).origin))],
    ...(told.length > 0 && back ? { refresh: `${patience};url=${back}` } : {}),
    content: html`<h1>${words.signOut.doneTitle}</h1>
<p class="lead">${told.length > 0 ? words.signOut.doneFor(issuer) : words.signOut.done(issuer)}</p>
${
  staying.length > 0 &&
  html`<p>${words.signOut.staying(formats.list(staying.map((one) => name(one.name || one.login))))}</p>`
}
${told.length > 0 && html`<p role="status" data-told="${words.signOut.told}" data-late="${words.signOut.late}">${words.signOut.telling}</p>`}
<div class="actions pair">${
      back &&
      html`<a id="continue" class="button primary" href="${back}"${told.length > 0 && html` data-go-on="${patience}"`}>${client ? words.signOut.back(html`<bdi>${client.name}</bdi>`) : words.signOut.backAnywhere}</a>`
    }<a id="again" class="button" href="${path('/account')}">${words.signOut.again}</a></div>
${told.map(logoutFrame)}`,
  }
}

/** It may run its own scripts with its own cookies, and nothing in it can lead the window elsewhere. */
const logoutFrame = (address: Address): Html =>
  html`<iframe class="unseen" data-logout src="${address}" sandbox="allow-scripts allow-same-origin" referrerpolicy="no-referrer" aria-hidden="true" tabindex="-1" width="0" height="0"></iframe>
`
