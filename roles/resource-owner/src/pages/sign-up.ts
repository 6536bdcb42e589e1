/**
 * Making an account: username, email address and password on one page, and before them whose app is waiting.
 *
 * Posts `username`, `email`, `password` and `csrf`.
 *
 * @see OpenID Connect Prompt Create §4.1; WCAG 2.2: 1.3.5, 3.3.1, 3.3.2
 */
import type { SignUpProblem, SignUpView } from '@symbolon/protocol/views'
import { type Child, html } from '../html.ts'
import type { Draw, Pen } from '../page.ts'
import { csrfField, problemSummary } from '../parts/form.ts'
import { papers, pictures, plateWithLogo, provenance } from '../parts/plate.ts'
import { plain } from '../parts/text.ts'

type Field = 'username' | 'email' | 'password'

export const signUp: Draw<SignUpView> = (view, pen) => {
  const { words, path, frame } = pen
  const { client, problem, shortestPassword } = view
  const wrong = problem && fieldOf[problem.kind]
  const links = papers(client, pen)
  const described = (field: Field, hint?: string): Child => {
    const by = [wrong === field ? 'problem' : undefined, hint].filter((id) => id !== undefined)
    const invalid = wrong === field && html` aria-invalid="true"`
    return html`${invalid}${by.length > 0 && html` aria-describedby="${by.join(' ')}"`}`
  }
  return {
    title: plain(words.signUp.titleFor(client.name)),
    problem: problem !== undefined,
    pictures: pictures(client),
    layout: 'question',
    content: html`${problem && problemSummary(wrong ? linked(wrong, says(view, problem, pen)) : says(view, problem, pen))}
<h1>${words.signUp.title}</h1>
<p class="lead">${words.signUp.lead(html`<bdi>${frame.issuerName}</bdi>`)}</p>
${plateWithLogo(client, words.signIn.continueTo, client.origin === 'unreviewed' && provenance(client, pen))}
<form class="fields" method="post" action="${path(view.action)}">${csrfField(view.csrf)}
<div class="field"><label for="username">${words.signUp.username}</label>
<input id="username" name="username" type="text" value="${view.username}" autocomplete="username" autocapitalize="none" autocorrect="off" maxlength="64" required spellcheck="false"${described('username', 'username-hint')}>
<p class="hint" id="username-hint">${words.signUp.usernameHint}</p></div>
<div class="field"><label for="email">${words.signUp.email}</label>
<input id="email" name="email" type="email" value="${view.email}" autocomplete="email" required maxlength="320"${described('email')}></div>
<div class="field"><label for="password">${words.signUp.password}</label>
<div class="reveal"><input id="password" name="password" type="password" autocomplete="new-password" minlength="${String(shortestPassword)}" required data-show="${words.signIn.showPassword}"${described('password', 'password-hint')}></div>
<p class="hint" id="password-hint">${words.signUp.passwordHint(shortestPassword)}</p></div>
<div class="actions"><button id="sign-up" class="primary">${words.signUp.submit}</button></div>
</form>
<p class="after"><a id="sign-in" href="${path(view.signIn)}">${words.signUp.signIn}</a></p>
${links.length > 0 && html`<p class="papers">${links}</p>`}`,
  }
}

const fieldOf: Readonly<Record<SignUpProblem['kind'], Field | undefined>> = {
  'username-missing': 'username',
  'username-wrong': 'username',
  'username-taken': 'username',
  'email-wrong': 'email',
  'password-short': 'password',
  'password-long': 'password',
  'password-guessable': 'password',
  'not-from-here': undefined,
  'slowed-down': undefined,
}

/** The links are written out, so that no value ever becomes an address here. */
function linked(field: Field, text: Child): Child {
  if (field === 'username') return html`<a href="#username">${text}</a>`
  return field === 'email' ? html`<a href="#email">${text}</a>` : html`<a href="#password">${text}</a>`
}

function says({ shortestPassword }: SignUpView, problem: SignUpProblem, { words, formats }: Pen): Child {
  switch (problem.kind) {
    case 'username-missing':
      return words.signUp.usernameMissing
    case 'username-wrong':
      return words.signUp.usernameWrong
    case 'username-taken':
      return words.signUp.usernameTaken
    case 'email-wrong':
      return words.signUp.emailWrong
    case 'password-short':
      return words.signUp.passwordShort(shortestPassword)
    case 'password-long':
      return words.signUp.passwordLong
    case 'password-guessable':
      return words.signUp.passwordGuessable
    case 'not-from-here':
      return words.signUp.notFromHere
    case 'slowed-down':
      return words.signIn.slowedDown(formats.wait(problem.seconds))
  }
}
