/**
 * Devices: every browser that is signed in, this one first.
 *
 * Posts `end` (a session's `id`, or `others`) and `csrf` to `/account/sessions`.
 */
import type { SessionsView } from '@symbolon/protocol/views'
import { type Child, type Html, html } from '../html.ts'
import type { Draw, Pen } from '../page.ts'
import { accountPage } from '../parts/account-page.ts'
import { browserName } from '../parts/browser-name.ts'
import { csrfField } from '../parts/form.ts'
import { icons } from '../parts/icons.ts'

type Session = SessionsView['sessions'][number]

export const sessions: Draw<SessionsView> = (view, pen) => {
  const { words, path } = pen
  const here = view.sessions.filter(({ thisBrowser }) => thisBrowser)
  const elsewhere = view.sessions.filter(({ thisBrowser }) => !thisBrowser)
  const draw = (session: Session): Html => one(session, view.csrf, pen)
  return accountPage(view, pen, {
    here: 'sessions',
    title: words.devices.title,
    content: html`<h1>${words.devices.title}</h1>
<p class="lead">${words.devices.lead}</p>
${here.length > 0 && html`<section><h2>${words.devices.here}</h2><ul class="cards">${here.map(draw)}</ul></section>`}
<section><h2>${words.devices.elsewhere}</h2>
${
  elsewhere.length === 0
    ? html`<p>${words.devices.nowhereElse}</p>`
    : html`<ul class="cards">${elsewhere.map(draw)}</ul>
<form method="post" action="${path('/account/sessions')}">${csrfField(view.csrf)}<button id="end-others" name="end" value="others">${words.devices.endOthers}</button></form>`
}</section>`,
  })
}

function one(session: Session, csrf: string, { words, formats, path }: Pen): Html {
  const { browser, system } = browserName(session.userAgent)
  const called: Child =
    browser && system ? words.devices.on(browser, system) : (browser ?? system ?? words.devices.unknown)
  const since = formats.moment(session.signedInAt)
  return html`<li class="card"><div class="head">${icons.device}<h3>${called}</h3>${
    session.current && html` <span class="tag new">${words.devices.current}</span>`
  }</div>
<dl><dt>${words.devices.since}</dt><dd>${since}</dd>
<dt>${words.devices.seen}</dt><dd>${formats.moment(session.lastSeenAt)}</dd>
<dt>${words.devices.until}</dt><dd>${formats.moment(session.expiresAt)}</dd>
${session.amr.length > 0 && html`<dt>${words.devices.how}</dt><dd class="how">${formats.list(methods(session.amr, words.devices))}</dd>`}
${session.apps.length > 0 && html`<dt>${words.devices.apps}</dt><dd>${formats.list(session.apps.map((app) => html`<bdi>${app}</bdi>`))}</dd>`}</dl>
${
  !session.current &&
  html`<form method="post" action="${path('/account/sessions')}">${csrfField(csrf)}<button name="end" value="${session.id}">${words.devices.end}<span class="unseen">: ${called}, ${since}</span></button></form>`
}</li>`
}

/** How the person signed in, in words (RFC 8176 §2). */
function methods(amr: readonly string[], words: Pen['words']['devices']): readonly string[] {
  const known: Readonly<Record<string, string>> = {
    pwd: words.withPassword,
    otp: words.withOneTimeCode,
    sms: words.withOneTimeCode,
    hwk: words.withKey,
    swk: words.withKey,
    mfa: words.withSeveral,
  }
  const single = amr.filter((method) => method !== 'mfa')
  return [...new Set((single.length > 1 ? single : amr).map((method) => known[method] ?? words.withOther))]
}
