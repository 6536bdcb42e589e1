/** The issuer's own front page. */
import { loadBrowser } from '../people/browser.ts'
import { personView } from '../people/views.ts'
import type { Endpoint } from './endpoint.ts'

export const home: Endpoint = async (http, issuer) => {
  const { people } = await loadBrowser(http, issuer)
  const [newest] = people
  return { kind: 'page', status: 200, view: { show: 'home', person: newest && personView(newest.person) } }
}
