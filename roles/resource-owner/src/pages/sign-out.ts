/**
 * Sign out: asked when an app sends the person here without proof of who is signed in.
 *
 * Posts the view's `fields`, `decision` (`stay` or `sign-out`) and `csrf`.
 *
 * @see OpenID Connect RP-Initiated Logout §2
 */
import type { SignOutView } from '@symbolon/protocol/views'
import { html } from '../html.ts'
import type { Draw } from '../page.ts'
import { csrfField, hidden } from '../parts/form.ts'
import { icons } from '../parts/icons.ts'
import { person, plate } from '../parts/plate.ts'
import { name, plain } from '../parts/text.ts'

export const signOut: Draw<SignOutView> = (view, { words, formats, path, frame }) => {
  const issuer = html`<bdi>${frame.issuerName}</bdi>`
  return {
    title: plain(words.signOut.title(frame.issuerName)),
    layout: 'question',
    content: html`<h1>${words.signOut.title(issuer)}</h1>
<p class="lead">${view.client && [words.signOut.asked(html`<bdi>${view.client.name}</bdi>`), ' ']}${words.signOut.here(issuer)}</p>
${view.client && plate(view.client, undefined)}
${
  view.people.length > 0 &&
  html`<h2>${words.signOut.person}</h2>
<ul class="people">${view.people.map((one) => html`<li>${person(one)}</li>`)}</ul>`
}
${
  view.staying.length > 0 &&
  html`<p>${words.signOut.stays(formats.list(view.staying.map((one) => name(one.name || one.login))))}</p>`
}
${view.unproven && html`<div class="note">${icons.warning}<p>${words.signOut.unproven}</p></div>`}
<form method="post" action="${path(view.action)}">${csrfField(view.csrf)}${hidden(view.fields)}
<div class="actions pair"><button id="stay" name="decision" value="stay">${words.signOut.stay}</button><button id="sign-out" class="primary" name="decision" value="sign-out">${words.signOut.submit}</button></div>
</form>`,
  }
}
