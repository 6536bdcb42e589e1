/** Never a dead end: what happened, and the one thing to do next. */
import type { NoticeView } from '@symbolon/protocol/views'
import { type Child, html } from '../html.ts'
import type { Draw, Pen } from '../page.ts'
import { plate } from '../parts/plate.ts'
import { host } from '../parts/text.ts'

export const notice: Draw<NoticeView> = (view, pen) => {
  const { title, text, next, alone } = says(view, pen)
  return {
    title,
    layout: 'question',
    content: html`<h1>${title}</h1>
<p class="lead">${text}</p>
${view.client && plate(view.client, undefined)}
${
  view.next === undefined
    ? alone !== undefined && html`<p>${alone}</p>`
    : html`<div class="actions"><a id="continue" class="button primary" href="${pen.path(view.next)}">${next}</a></div>`
}`,
  }
}

interface Says {
  readonly title: string
  readonly text: Child
  readonly next: Child
  /** What to do when there is nowhere to send the person. */
  readonly alone: Child
}

function says({ notice: which, client }: NoticeView, { words, frame }: Pen): Says {
  const app = client && html`<bdi>${client.name}</bdi>`
  const say = words.notice
  const startAgain = app ? say.expiredAlone(app) : say.expiredNobody
  switch (which) {
    case 'finished-elsewhere':
      return {
        title: say.elsewhereTitle,
        text: say.elsewhere,
        next: app ? say.elsewhereNext(app) : say.goOn,
        alone: undefined,
      }
    case 'expired':
      return { title: say.expiredTitle, text: say.expired, next: say.expiredNext, alone: startAgain }
    case 'cookies-blocked':
      return {
        title: say.cookiesTitle,
        text: say.cookies(host(new URL(frame.issuerUrl).host)),
        next: say.cookiesNext,
        alone: startAgain,
      }
  }
}
