/**
 * What stands around every account page: who is signed in, where one can go, and what was just changed.
 *
 * Signing out posts `decision=sign-out` and `csrf` to `/logout`; the account of another person who is signed in in
 * this browser is at `/account?session=<that session>`.
 */
import type { AccountFrame } from '@symbolon/protocol/views'
import { type Child, html } from '../html.ts'
import type { Page, Pen } from '../page.ts'
import { csrfField, status } from './form.ts'
import { person } from './plate.ts'

interface AccountPage {
  readonly here: 'account' | 'sessions' | 'apps'
  readonly title: string
  readonly content: Child
}

export function accountPage(view: AccountFrame, pen: Pen, { here, title, content }: AccountPage): Page {
  const { words, path } = pen
  const places = [
    ['account', '/account', words.account.overview],
    ['sessions', '/account/sessions', words.account.devices],
    ['apps', '/account/apps', words.account.apps],
  ] as const
  return {
    title,
    layout: 'account',
    content: html`<div class="side">
<div class="me">${person(view.person)}</div>
<nav aria-label="${words.account.navigation}"><ul>${places.map(
      ([place, to, text]) =>
        html`<li><a href="${path(to)}"${place === here && html` aria-current="page"`}>${text}</a></li>`,
    )}</ul></nav>
<form method="post" action="${path('/logout')}">${csrfField(view.csrf)}<button id="sign-out" class="quiet" name="decision" value="sign-out">${words.account.signOut}</button></form>
${view.others.length > 0 && others(view, pen)}
</div>
<div class="content">
${view.done && status(doneText(view.done, pen))}
${content}
</div>`,
  }
}

function others(view: AccountFrame, { words, path }: Pen): Child {
  return html`<div class="others"><p>${words.account.others}</p>
<ul>${view.others.map(
    (other) =>
      html`<li><a href="${path(`/account?session=${encodeURIComponent(other.session)}`)}">${words.account.switchTo(html`<bdi>${other.name || other.login}</bdi>`)}</a></li>`,
  )}</ul></div>`
}

function doneText(done: NonNullable<AccountFrame['done']>, { words }: Pen): Child {
  const texts = {
    'app-removed': words.account.appRemoved,
    'permission-removed': words.account.permissionRemoved,
    'session-ended': words.account.sessionEnded,
    'other-sessions-ended': words.account.othersEnded,
  }
  return texts[done]
}
