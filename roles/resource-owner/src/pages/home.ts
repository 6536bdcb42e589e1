/** The issuer's own front page. */
import type { HomeView } from '@symbolon/protocol/views'
import { html } from '../html.ts'
import type { Draw } from '../page.ts'

export const home: Draw<HomeView> = ({ person }, { frame, words, path }) => ({
  title: words.home.title,
  layout: 'question',
  content: html`<h1>${words.home.heading}</h1>
<p class="lead">${words.home.lead(html`<bdi>${frame.issuerName}</bdi>`)}</p>
<div class="actions"><a id="account" class="button primary" href="${path('/account')}">${person ? words.home.account : words.home.signIn}</a></div>
${person && html`<p class="after">${words.home.signedInAs(html`<bdi>${person.login}</bdi>`)}</p>`}`,
})
