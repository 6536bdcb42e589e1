/**
 * Answers to the browser. None of them is kept by a cache, tells an address to anybody else, or runs a script.
 *
 * @see RFC 9700 §4.2.4, RFC 6749 §3.1.2.5, §10.13
 */
import { hash } from 'node:crypto'
import type { Reason } from '@symbolon/protocol/refusals'
import type { AuthError } from './errors.ts'

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}' +
  'button{font:inherit;padding:.5rem 1rem}dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere}'

const guards: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** What a page may do beyond showing itself. */
export interface Abilities {
  /** Known when the process starts; the policy names its digest. */
  readonly script?: string
  /** Whom it may show in frames. */
  readonly frames?: readonly string[]
  /** Who may show it in a frame. */
  readonly shownIn?: readonly string[]
}

const digest = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`

const policy = ({ script, frames = [], shownIn = ["'none'"] }: Abilities): string =>
  [
    "default-src 'none'",
    `style-src ${digest(style)}`,
    ...(script === undefined ? [] : [`script-src ${digest(script)}`]),
    ...(frames.length > 0 ? [`frame-src ${frames.join(' ')}`] : []),
    "form-action 'self'",
    `frame-ancestors ${shownIn.join(' ')}`,
    "base-uri 'none'",
  ].join('; ')

export interface Answer {
  readonly status: number
  readonly setCookies?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

function headersOf({ setCookies = [], headers = {} }: Answer): Headers {
  const all = new Headers({ ...guards, ...headers })
  for (const line of setCookies) all.append('set-cookie', line)
  return all
}

export const redirect = (to: string, answer: Answer): Response =>
  new Response(null, { status: answer.status, headers: headersOf({ ...answer, headers: { location: to } }) })

export const json = (body: unknown, answer: Answer): Response =>
  new Response(JSON.stringify(body), {
    status: answer.status,
    headers: headersOf({ ...answer, headers: { ...answer.headers, 'content-type': 'application/json' } }),
  })

export const plain = (body: string, type: string): Response =>
  new Response(body, { status: 200, headers: headersOf({ status: 200, headers: { 'content-type': type } }) })

export function page(title: string, body: string, answer: Answer, abilities: Abilities = {}): Response {
  const { script } = abilities
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(title)}</title><style>${style}</style></head>
<body><main><h1>${text(title)}</h1>${body}</main>${script === undefined ? '' : `<script>${script}</script>`}</body>
</html>
`
  const headers = {
    ...answer.headers,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy(abilities),
  }
  return new Response(html, { status: answer.status, headers: headersOf({ ...answer, headers }) })
}

/**
 * Leaves for another site after a form was sent. A redirect would be stopped by a `form-action` of the page that
 * holds the form, since browsers apply it to redirects too; a refresh is not.
 */
export const handoff = (to: string, answer: Omit<Answer, 'status'>): Response =>
  page('One moment', `<p>If nothing happens, <a href="${text(to)}">continue</a>.</p>`, {
    ...answer,
    status: 200,
    headers: { refresh: `0;url=${to}` },
  })

export interface SignOutForm {
  readonly action: string
  readonly returnTo: string
  /** Whether the provider can sign the person out as well. */
  readonly providerToo: boolean
}

export const signOutPage = ({ action, returnTo, providerToo }: SignOutForm): Response =>
  page(
    'Sign out?',
    `<form method="post" action="${text(action)}">
<input type="hidden" name="returnTo" value="${text(returnTo)}">
${providerToo ? '<p><label><input type="checkbox" name="provider" value="1"> Also sign out where you signed in</label></p>' : ''}
<p><button>Sign out</button></p>
</form>`,
    // a form of a page without any referrer would be sent with Origin: null
    { status: 200, headers: { 'referrer-policy': 'same-origin' } },
  )

export interface Refusal {
  readonly error: AuthError
  readonly flow: string | undefined
  /** Where the person can go on. */
  readonly back: string
  /** Where the person can try again. */
  readonly again: string | undefined
}

/** What a person is told; the rest is for whoever builds the app. */
const forPeople: Partial<Record<Reason, readonly [title: string, sentence: string]>> = {
  person_refused: ['You did not allow it', 'Nothing was shared. You can try again at any time.'],
  attempt_unknown: ['This sign-in was already used', 'It was finished before, or it was started in another browser.'],
  attempt_expired: ['This sign-in took too long', 'For your safety it ended by itself.'],
  sign_out_unknown: ['Signing out may not be complete', 'Look whether you are still signed in where you signed in.'],
  provider_unavailable: ['The sign-in service does not answer', 'Nothing was lost. Please try again in a moment.'],
}

export function refusalPage({ error, flow, back, again }: Refusal, answer: Answer): Response {
  const [title, sentence] = forPeople[error.code] ?? ['Signing in did not work', 'You can try again.']
  const facts = {
    Code: error.code,
    Why: error.why,
    Expected: error.expected,
    Got: error.got,
    Fix: error.fix,
    Reference: flow,
  }
  const rows = Object.entries(facts).flatMap(([name, value]) =>
    value ? [`<dt>${name}</dt><dd>${text(value)}</dd>`] : [],
  )
  const links = [again && `<a href="${text(again)}">Try again</a>`, `<a href="${text(back)}">Go back</a>`]
  return page(
    title,
    `<p>${text(sentence)}</p><p>${links.filter(Boolean).join(' · ')}</p>
<details><summary>For developers</summary><dl>${rows.join('')}</dl></details>`,
    answer,
  )
}

export const refusalJson = ({ error, flow }: Refusal, answer: Answer): Response =>
  json(
    { error: error.code, why: error.why, expected: error.expected, got: error.got, fix: error.fix, reference: flow },
    answer,
  )

export const text = (value: string): string => value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
