/** Connected apps: who may use the account, since when, for what. */
import type { AppSummary, AppsView } from '@symbolon/protocol/views'
import { type Html, html } from '../html.ts'
import type { Draw, Pen } from '../page.ts'
import { accountPage } from '../parts/account-page.ts'
import { summary } from '../parts/permissions.ts'
import { monogram, provenance } from '../parts/plate.ts'
import { host, name, plain } from '../parts/text.ts'

export const apps: Draw<AppsView> = (view, pen) => {
  const { words, path } = pen
  return accountPage(view, pen, {
    here: 'apps',
    title: words.apps.title,
    content: html`<h1>${words.apps.title}</h1>
${
  view.apps.length === 0
    ? html`<p class="lead">${words.apps.none}</p><p>${words.apps.noneDetail}</p>`
    : html`<p class="lead">${words.apps.lead}</p>
<ul class="cards">${view.apps.map(
        (app) =>
          html`<li class="card"><div class="head">${monogram(app.client.name, 'app')}<div><h2>${name(app.client.name)}</h2>
<p><span class="fact">${host(app.client.host)}</span> <span class="fact">${provenance(app.client, pen)}</span></p></div></div>
${app.groups.length > 0 && html`<p class="label">${words.apps.mayDo}</p><ul class="short">${summary(app.groups, pen)}</ul>`}
${dates(app, pen)}
<p><a class="button" href="${path(pathOf(app.client.id))}" aria-label="${plain(words.apps.reviewOf(app.client.name))}">${words.apps.review}</a></p></li>`,
      )}</ul>`
}`,
  })
}

export const pathOf = (clientId: string): string => `/account/apps/${encodeURIComponent(clientId)}`

export const dates = ({ allowedAt, lastUsedAt }: AppSummary, { words, formats }: Pen): Html =>
  html`<dl><dt>${words.apps.allowed}</dt><dd>${formats.date(allowedAt)}</dd>
<dt>${words.apps.used}</dt><dd>${lastUsedAt === undefined ? words.apps.notUsed : formats.moment(lastUsedAt)}</dd></dl>`
