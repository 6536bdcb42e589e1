/** Signing in to one's own account pages: an interaction that no client asked for. */
import { loadBrowser } from '../people/browser.ts'
import { interactionCookie, interactionPath, newInteraction } from '../people/interaction.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { Answer, EndpointRequest } from './endpoint.ts'
import type { Visit } from './interaction.ts'
import { signInByForm } from './interaction-forms.ts'
import { signInView, statusOf } from './interaction-pages.ts'
import { seeOther } from './page.ts'

/** Sends the browser to the sign-in page, and back to `returnTo` afterwards: a path that this server chose. */
export function askToSignIn(http: EndpointRequest, issuer: Issuer, returnTo: string): Answer {
  const interaction = newInteraction(issuer, { flow: http.flow, purpose: { kind: 'account', returnTo } })
  return seeOther(`${issuer.url}${interactionPath(interaction, 'sign-in')}`, {
    flow: http.flow,
    cookies: [interactionCookie(interaction, issuer)],
  })
}

export async function signInToAccount(visit: Visit, returnTo: string): Promise<Answer> {
  const { http, issuer, interaction, step, locales } = visit
  const { flow } = interaction
  const browser = await loadBrowser(http, issuer)
  if (browser.people.length > 0) return seeOther(`${issuer.url}${returnTo}`, { flow })
  if (step !== 'sign-in') return seeOther(`${issuer.url}${interactionPath(interaction, 'sign-in')}`, { flow })
  const page = { login: '', confirm: false, client: undefined, chooseAccount: undefined }
  if (http.method !== 'POST') {
    return { kind: 'page', status: 200, flow, locales, view: signInView(visit, { ...page, typed: undefined }) }
  }
  const result = await signInByForm(visit, { browser, only: undefined, isNamed: false, client: undefined })
  if ('typed' in result) {
    const { typed } = result
    const headers = typed.problem.kind === 'slowed-down' ? { 'retry-after': String(typed.problem.seconds) } : undefined
    return { kind: 'page', status: statusOf(typed.problem), flow, headers, view: signInView(visit, { ...page, typed }) }
  }
  return seeOther(`${issuer.url}${returnTo}`, { flow, cookies: result.cookies })
}
