/**
 * Sign in: account and password on one page, and before both whose app is waiting.
 *
 * Posts `login`, `password`, `keep` (`yes` when ticked) and `csrf`.
 *
 * @see OpenID Connect Core §3.1.2.3; WCAG 2.2: 1.3.5, 3.3.1, 3.3.8
 */
import type { SignInView } from '@symbolon/protocol/views'
import { html } from '../html.ts'
import type { Draw } from '../page.ts'
import { csrfField } from '../parts/form.ts'
import { papers, pictures, plateWithLogo, provenance } from '../parts/plate.ts'
import { correction } from '../parts/problem.ts'
import { plain } from '../parts/text.ts'

export const signIn: Draw<SignInView> = (view, pen) => {
  const { words, path, frame } = pen
  const { client, problem, confirm } = view
  const { summary, mark } = correction(problem, pen)
  return {
    title: confirm ? words.signIn.confirm : client ? plain(words.signIn.titleFor(client.name)) : words.signIn.title,
    problem: problem !== undefined,
    pictures: pictures(client),
    layout: 'question',
    content: html`${summary}
<h1>${confirm ? words.signIn.confirm : words.signIn.title}</h1>
${
  confirm
    ? html`<p class="lead">${client ? words.signIn.confirmFor(html`<bdi>${client.name}</bdi>`) : words.signIn.confirmHere}</p>`
    : !client && html`<p class="lead">${words.signIn.toAccount(html`<bdi>${frame.issuerName}</bdi>`)}</p>`
}
${client && plateWithLogo(client, words.signIn.continueTo, client.origin === 'unreviewed' && provenance(client, pen))}
<form class="fields" method="post" action="${path(view.action)}">${csrfField(view.csrf)}
<div class="field"><label for="login">${words.signIn.login}</label>
<input id="login" name="login" type="text" value="${view.login}" autocomplete="username webauthn" autocapitalize="none" autocorrect="off" required spellcheck="false"${
      confirm && html` readonly`
    }${mark('login')}${!client && !problem && !confirm && html` autofocus`}></div>
<div class="field"><label for="password">${words.signIn.password}</label>
<div class="reveal"><input id="password" name="password" type="password" autocomplete="current-password" required data-show="${words.signIn.showPassword}"${mark('password')}></div></div>
${
  !confirm &&
  html`<div class="choice"><input id="keep" name="keep" type="checkbox" value="yes"${view.keep && html` checked`}><label for="keep">${words.signIn.keep(pen.formats.days(view.keepDays))}</label></div>`
}
<div class="actions"><button id="sign-in" class="primary">${words.signIn.submit}</button></div>
</form>
${view.signUp !== undefined && html`<p class="after"><a id="sign-up" href="${path(view.signUp)}">${words.signIn.signUp}</a></p>`}${view.chooseAccount !== undefined && html`<p class="after"><a id="choose-account" href="${path(view.chooseAccount)}">${words.signIn.choose}</a></p>`}
${client && papers(client, pen)}`,
  }
}
