/**
 * The check-session page: an app loads it in a hidden frame and asks it by `postMessage` whether the person who was signed
 * in still is. It shows nothing, loads nothing and says one word.
 *
 * @see OpenID Connect Session Management §3.2
 */
import { hash } from 'node:crypto'
import { stateCookieName } from '../logout/session-state.ts'
import { cookieNamesOf } from './cookie-names.ts'
import type { Answer, Endpoint } from './endpoint.ts'

/**
 * The origin that asks goes into the hash, so nobody learns anything with what another was given. Who sees no state because
 * the browser hides it says `error`: `changed` would send the app to us again and again.
 */
const scriptFor = (cookie: string): string => `
const encoder = new TextEncoder()
const hashOf = async (text) =>
  btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)))))
    .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const stateOf = () =>
  document.cookie.split('; ').find((one) => one.startsWith(${JSON.stringify(`${cookie}=`)}))?.slice(${cookie.length + 1})
const answer = async (text, origin) => {
  const [, client, hash, salt] = /^(.+) ([\\w-]{43})\\.([\\w-]+)$/.exec(text) ?? []
  if (client === undefined) return 'error'
  const state = stateOf()
  if (state === undefined && document.hasStorageAccess && !(await document.hasStorageAccess())) return 'error'
  return (await hashOf([client, origin, state ?? '', salt].join(' '))) === hash ? 'unchanged' : 'changed'
}
addEventListener('message', async ({ data, origin, source }) => {
  if (typeof data !== 'string' || source === null || origin === 'null') return
  source.postMessage(await answer(data, origin).catch(() => 'error'), origin)
})
`

function pageFor(url: string): Answer {
  const script = scriptFor(`${cookieNamesOf(url).before(stateCookieName)}${stateCookieName}`)
  return {
    kind: 'text',
    status: 200,
    body: `<!doctype html><meta charset="utf-8"><title>Session</title><script>${script}</script>\n`,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // Any page may frame it: it says nothing to an origin that was not given a session_state.
      'content-security-policy': `default-src 'none'; script-src 'sha256-${hash('sha256', script, 'base64')}'; base-uri 'none'; form-action 'none'`,
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=3600',
    },
  }
}

const pages = new Map<string, Answer>()

export const checkSession: Endpoint = async (_request, { url }) => {
  const known = pages.get(url) ?? pageFor(url)
  pages.set(url, known)
  return known
}
