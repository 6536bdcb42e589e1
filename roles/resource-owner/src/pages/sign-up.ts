/**
 * Making an account: username, email address and password on one page, and before them whose app is waiting.
 *
 * Posts `username`, `email`, `password` and `csrf`.
 *
 * @see OpenID Connect Prompt Create §4.1; WCAG 2.2: 1.3.5, 3.3.1, 3.3.2
 */
import type { SignUpView } from '@symbolon/protocol/views'
import { html } from '../html.ts'
import type { Draw } from '../page.ts'
import { csrfField } from '../parts/form.ts'
import { papers, pictures, plateWithLogo, provenance } from '../parts/plate.ts'
import { correction } from '../parts/problem.ts'
import { plain } from '../parts/text.ts'

export const signUp: Draw<SignUpView> = (view, pen) => {
  const { words, path, frame } = pen
  const { client, problem, shortestPassword } = view
  const { summary, mark } = correction(problem, pen, shortestPassword)
  return {
    title: plain(words.signUp.titleFor(client.name)),
    problem: problem !== undefined,
    pictures: pictures(client),
    layout: 'question',
    content: html`${summary}
<h1>${words.signUp.title}</h1>
<p class="lead">${words.signUp.lead(html`<bdi>${frame.issuerName}</bdi>`)}</p>
${plateWithLogo(client, words.signIn.continueTo, client.origin === 'unreviewed' && provenance(client, pen))}
<form class="fields" method="post" action="${path(view.action)}">${csrfField(view.csrf)}
<div class="field"><label for="username">${words.signUp.username}</label>
<input id="username" name="username" type="text" value="${view.username}" autocomplete="username" autocapitalize="none" autocorrect="off" maxlength="64" required spellcheck="false"${mark('username', 'username-hint')}>
<p class="hint" id="username-hint">${words.signUp.usernameHint}</p></div>
<div class="field"><label for="email">${words.signUp.email}</label>
<input id="email" name="email" type="email" value="${view.email}" autocomplete="email" required maxlength="320"${mark('email')}></div>
<div class="field"><label for="password">${words.signUp.password}</label>
<div class="reveal"><input id="password" name="password" type="password" autocomplete="new-password" minlength="${String(shortestPassword)}" required data-show="${words.signIn.showPassword}"${mark('password', 'password-hint')}></div>
<p class="hint" id="password-hint">${words.signUp.passwordHint(shortestPassword)}</p></div>
<div class="actions"><button id="sign-up" class="primary">${words.signUp.submit}</button></div>
</form>
<p class="after"><a id="sign-in" href="${path(view.signIn)}">${words.signUp.signIn}</a></p>
${papers(client, pen)}`,
  }
}
