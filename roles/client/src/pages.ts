/**
 * Pages that no person needs to see: each does one thing by itself, with a script whose digest its policy names, and
 * where a person must be able to do it too, with a button.
 *
 * @see OAuth 2.0 Form Post Response Mode, OpenID Connect Session Management §3
 */
import { type Answer, page, text } from './responses.ts'

const submit = 'document.forms[0].submit()'

/**
 * Sends a form on that another site has sent here. The browser kept our cookies from that site's form and gives them
 * to ours, so that none of them needs to be open to other sites.
 */
export const hop = (action: string, fields: readonly (readonly [string, string])[]): Response =>
  page(
    'One moment',
    `<form method="post" action="${text(action)}">
${fields.map(([name, value]) => `<input type="hidden" name="${text(name)}" value="${text(value)}">`).join('\n')}
<p><button>Continue</button></p>
</form>`,
    // a form of a page without any referrer would be sent with Origin: null
    { status: 200, headers: { 'referrer-policy': 'same-origin' } },
    { script: submit },
  )

/** Of a query, which others may have seen, only an error is taken. */
const take = `const [form] = document.forms
const asked = new URLSearchParams(location.search)
const answer = location.hash || !asked.has('error') ? new URLSearchParams(location.hash.slice(1)) : asked
for (const [name, value] of answer) {
const field = document.createElement('input')
field.type = 'hidden'
field.name = name
field.value = value
form.append(field)
}
history.replaceState(null, '', location.pathname)
form.submit()`

/** Takes an answer out of the part of the address that only the browser knows, and sends it here as a form. */
export const fromFragment = (action: string): Response =>
  page(
    'One moment',
    `<form method="post" action="${text(action)}"></form><noscript><p>This sign-in needs JavaScript.</p></noscript>`,
    { status: 200, headers: { 'referrer-policy': 'same-origin' } },
    { script: take, shownIn: ["'self'"] },
  )

/** An answer that is shown in a frame of another site and says nothing. */
export const frame = ({ title, setCookies = [] }: { readonly title: string } & Partial<Answer>): Response =>
  page(title, '', { status: 200, setCookies }, { shownIn: ['*'] })

/** What a sign-in found out that nobody saw. */
export type Silent = 'signed-in' | 'signed-out' | 'unsure'

const tell = (state: Silent) => `parent.postMessage({symbolon:'${state}'},location.origin)`

export const silentPage = (state: Silent, answer: Partial<Answer> = {}): Response =>
  page(state, '', { status: 200, ...answer }, { script: tell(state), shownIn: ["'self'"] })

export interface Watched {
  /** The provider's page that knows whether its session changed. */
  readonly frame: string
  /** What it is asked. */
  readonly message: string
  /** Where a sign-in without a person begins. */
  readonly ask: string
  /** Origins that such a sign-in leads through. */
  readonly through: readonly string[]
  /** Whether that was done already, and said that nothing had changed. */
  readonly confirmed: boolean
}

/** Milliseconds between two questions. */
const pause = 3_000

const watch = `(() => {
const { frame, message, ask, confirmed } = document.querySelector('main > div').dataset
const theirs = new URL(frame).origin
const [provider] = document.getElementsByTagName('iframe')
let silent
let unchanged = confirmed === undefined
const question = () => provider.contentWindow.postMessage(message, theirs)
const timer = setInterval(question, ${pause})
provider.addEventListener('load', question)
const end = (state) => {
  clearInterval(timer)
  parent.postMessage({ symbolon: state }, location.origin)
}
addEventListener('message', ({ origin, source, data }) => {
  if (origin === theirs && source === provider.contentWindow) {
    if (data === 'unchanged') unchanged = true
    if (data === 'error') end('unsure')
    if (data !== 'changed' || silent) return
    if (!unchanged) return end('unsure')
    clearInterval(timer)
    silent = document.createElement('iframe')
    silent.hidden = true
    silent.src = ask
    document.body.append(silent)
  } else if (origin === location.origin && source === silent?.contentWindow && data?.symbolon) {
    if (data.symbolon === 'signed-in') location.replace(location.pathname + '?confirmed=1')
    else end(data.symbolon)
  }
})
})()`

/**
 * Asks the provider's page again and again whether its session is what it was. When it changed, one sign-in without a
 * person finds out who is there: the same person goes on, and nobody or somebody else ends the session here. A
 * provider that says `changed` of what was just confirmed can't be watched in this browser, which keeps its cookies
 * from frames; then nothing is done.
 */
export function monitorPage(watched: Watched | undefined): Response {
  const title = 'Session monitor'
  const answer = { status: 200, headers: { vary: 'Cookie' } }
  if (!watched) return page(title, '', answer, { shownIn: ["'self'"] })
  const { frame: src, message, ask, through, confirmed } = watched
  return page(
    title,
    `<div data-frame="${text(src)}" data-message="${text(message)}" data-ask="${text(ask)}"${confirmed ? ' data-confirmed=""' : ''}></div>
<iframe src="${text(src)}" title="${text(title)}" hidden></iframe>`,
    answer,
    { script: watch, frames: ["'self'", new URL(src).origin, ...through], shownIn: ["'self'"] },
  )
}
