/** The account at a glance: what is known about the person, where they are signed in, which apps they use. */
import type { AccountView } from '@symbolon/protocol/views'
import { html } from '../html.ts'
import type { Draw } from '../page.ts'
import { accountPage } from '../parts/account-page.ts'
import { claimName } from '../parts/permissions.ts'
import { monogram } from '../parts/plate.ts'
import { host, name } from '../parts/text.ts'

export const account: Draw<AccountView> = (view, pen) => {
  const { words, path, formats, frame } = pen
  return accountPage(view, pen, {
    here: 'account',
    title: words.account.overview,
    content: html`<h1>${words.account.greeting(html`<bdi>${view.person.name || view.person.login}</bdi>`)}</h1>
<p class="lead">${words.account.lead(html`<bdi>${frame.issuerName}</bdi>`)}</p>
<section><h2>${words.account.yourData}</h2>
${
  view.values.length === 0
    ? html`<p>${words.account.noData}</p>`
    : html`<dl class="data">${view.values.map(
        ({ claim, value, sharedWith }) =>
          html`<div><dt>${claimName(claim, pen)}</dt><dd><bdi>${value}</bdi> <span class="fact">${
            sharedWith.length > 0
              ? words.account.sharedWith(formats.list(sharedWith.map((app) => html`<bdi>${app}</bdi>`)))
              : words.account.sharedWithNobody
          }</span></dd></div>`,
      )}</dl>`
}</section>
<section><h2>${words.account.security}</h2>
<p>${words.account.lastSignIn(formats.moment(view.lastSignIn))} ${words.account.places(view.sessions)}</p>
<p><a href="${path('/account/sessions')}">${words.account.seeDevices}</a></p></section>
<section><h2>${words.account.recentApps}</h2>
${
  view.apps.length === 0
    ? html`<p>${words.account.noApps}</p>`
    : html`<ul class="list">${view.apps.map(
        ({ client }) =>
          html`<li>${monogram(client.name, 'app')}<p>${name(client.name)} <span class="fact">${host(client.host)}</span></p></li>`,
      )}</ul>
<p><a href="${path('/account/apps')}">${words.account.seeApps}</a></p>`
}</section>`,
  })
}
