/**
 * Choose an account: every account signed in in this browser is one button.
 *
 * Posts `session` (an account's own value, or `other`) and `csrf`.
 */
import type { ChooseAccountView } from '@symbolon/protocol/views'
import { html } from '../html.ts'
import type { Draw } from '../page.ts'
import { csrfField } from '../parts/form.ts'
import { icons } from '../parts/icons.ts'
import { monogram, person, pictures, plateWithLogo, provenance } from '../parts/plate.ts'

export const chooseAccount: Draw<ChooseAccountView> = (view, pen) => {
  const { words, path } = pen
  const { client } = view
  return {
    title: words.choose.title,
    layout: 'question',
    pictures: pictures(client),
    content: html`<h1>${words.choose.title}</h1>
${client && plateWithLogo(client, words.signIn.continueTo, client.origin === 'unreviewed' && provenance(client, pen))}
<form method="post" action="${path(view.action)}">${csrfField(view.csrf)}
<ul class="accounts">
${view.accounts.map(
  (account, index) =>
    html`<li><button id="account-${index + 1}" name="session" value="${account.session}">${person(
      account,
      html` <span class="fact">${account.fresh ? words.choose.signedIn : words.choose.passwordNeeded}</span>`,
    )}${icons.arrow}</button></li>`,
)}
<li><button id="another" name="session" value="other">${monogram('+', 'person')}<span class="who">${words.choose.another}</span>${icons.arrow}</button></li>
</ul>
</form>`,
  }
}
