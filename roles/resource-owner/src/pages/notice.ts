/** Never a dead end: what happened, and the one thing to do next. */
import type { NoticeView } from '@symbolon/protocol/views'
import { type Child, html } from '../html.ts'
import type { Draw, Pen } from '../page.ts'
import { plate } from '../parts/plate.ts'

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

function says({ notice: which, client }: NoticeView, { words }: Pen): Says {
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
        title: words.errors.cookies.title,
        text: words.errors.cookies.text,
        next: say.cookiesNext,
        alone: words.errors.cookies.next,
      }
  }
}
