/**
 * Errors, for two readers on one page: the person, who is told what happened and what to do, and the app's
 * developer, who is told the reason and the rule. What was expected and what came is shown in development only.
 *
 * @see RFC 6749 §4.1.2.1, RFC 9700 §4.11
 */
import { type Reason, type Refusal, refusals } from '@symbolon/protocol/refusals'
import type { ErrorView } from '@symbolon/protocol/views'
import { type Child, type Html, html } from '../html.ts'
import type { Draw, Pen } from '../page.ts'
import { plate } from '../parts/plate.ts'
import { plain } from '../parts/text.ts'

type Kind = keyof Pick<
  Pen['words']['errors'],
  | 'request'
  | 'appUnknown'
  | 'appOff'
  | 'address'
  | 'noAddress'
  | 'expired'
  | 'cookies'
  | 'form'
  | 'slow'
  | 'busy'
  | 'ours'
  | 'missing'
>

/** What people are told; a reason that is not here is a request that the app got wrong, or our fault, by status. */
const kinds: Partial<Record<Reason, Kind>> = {
  client_unknown: 'appUnknown',
  client_disabled: 'appOff',
  redirect_uri_missing: 'noAddress',
  redirect_uri_not_registered: 'address',
  interaction_unknown: 'cookies',
  interaction_expired: 'expired',
  form_not_from_here: 'form',
  sign_in_slowed_down: 'slow',
  rate_limited: 'slow',
  request_uri_asked_too_often: 'slow',
  storage_unavailable: 'busy',
  provider_unavailable: 'busy',
  issuer_unavailable: 'busy',
  server_error: 'ours',
}

function kindOf({ reason, status }: ErrorView): Kind {
  if (status === 404) return kinds[reason] ?? 'missing'
  return kinds[reason] ?? (status === 503 ? 'busy' : status >= 500 ? 'ours' : status === 429 ? 'slow' : 'request')
}

export const error: Draw<ErrorView> = (view, pen) => {
  const { words, path, formats } = pen
  const { title, heading, text, next } = says(view, pen)
  const kind = kindOf(view)
  const link = view.next ?? (kind === 'missing' ? '/account' : undefined)
  return {
    title,
    problem: true,
    layout: 'question',
    content: html`<h1>${heading}</h1>
<p class="lead">${text}</p>
${view.client && plate(view.client, undefined)}
<h2>${words.errors.whatYouCanDo}</h2>
<p>${view.retryAfter === undefined ? next : words.errors.retry(formats.wait(view.retryAfter))}</p>
${
  link !== undefined &&
  html`<div class="actions"><a id="continue" class="button primary" href="${path(link)}">${kind === 'missing' && view.next === undefined ? words.errors.account : words.errors.continue}</a></div>`
}
<p class="when">${pen.frame.flow !== '' && html`${words.frame.reference} <span class="code">${pen.frame.flow}</span> · `}${formats.moment(view.at)}</p>
${developer(view, pen)}`,
  }
}

interface Says {
  readonly title: string
  readonly heading: Child
  readonly text: Child
  readonly next: Child
}

function says(view: ErrorView, { words }: Pen): Says {
  const { client } = view
  const kind = kindOf(view)
  if (kind === 'request' || kind === 'appOff') {
    const say = words.errors[kind]
    return {
      title: client ? plain(say.title(client.name)) : say.titleAlone,
      heading: client ? say.title(html`<bdi>${client.name}</bdi>`) : say.titleAlone,
      text: say.text,
      next:
        kind === 'appOff'
          ? words.errors.appOff.next
          : client
            ? words.errors.request.next(html`<bdi>${client.name}</bdi>`)
            : words.errors.request.nextAlone,
    }
  }
  const { title, text, next } = words.errors[kind]
  return { title, heading: title, text, next }
}

/** In English for every reader, as the specifications and the configuration are. */
function developer({ reason, expected, got }: ErrorView, { words, frame }: Pen): Html {
  const { why, fix, spec, error: wire }: Refusal = refusals[reason]
  const open = frame.development
  return html`<details class="developer"${open && html` open`}><summary>${words.errors.developer}</summary>
<div lang="en" dir="ltr"><p><code class="reason">${reason}</code> ${why}</p>
<dl>${open && expected !== undefined && html`<dt>expected</dt><dd><code>${expected}</code></dd>`}${
    open && got !== undefined && html`<dt>got</dt><dd><code>${compared(got, expected)}</code></dd>`
  }<dt>error</dt><dd><code>${wire}</code></dd><dt>rule</dt><dd>${spec}</dd>${open && html`<dt>fix</dt><dd>${fix}</dd>`}</dl></div>
</details>`
}

/** `got`, with the part marked from which it differs from the nearest of the expected values. */
function compared(got: string, expected: string | undefined): Child {
  const nearest = Math.max(0, ...(expected?.split(' ') ?? []).map((one) => common(one, got)))
  return nearest < 4 || nearest === got.length ? got : [got.slice(0, nearest), html`<mark>${got.slice(nearest)}</mark>`]
}

function common(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length
}
