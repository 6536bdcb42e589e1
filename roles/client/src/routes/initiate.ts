/**
 * `/initiate`: somebody else asks to sign a person in here, at a provider that is configured and on the way to a page
 * of this app.
 *
 * @see OpenID Connect Core §4
 */
import { AuthError } from '../errors.ts'
import { needVisit, readForm } from '../requests.ts'
import type { Core } from '../settings.ts'
import { beginSignIn, leave, readReturnTo } from './sign-in.ts'

export async function initiate(core: Core, request: Request): Promise<Response> {
  needVisit(request, core.site)
  const params = request.method === 'POST' ? await readForm(request) : new URL(request.url).searchParams
  const issuer = params.get('iss') ?? ''
  const configured = [...core.providers.values()].find(({ provider }) => provider.openid && provider.issuer === issuer)
  if (!configured) {
    const expected = `one of ${[...core.providers.values()].map(({ provider }) => provider.issuer).join(', ')}`
    throw new AuthError('provider_unknown', { expected, got: issuer.slice(0, 200) || 'none' })
  }
  const hint = params.get('login_hint')
  if (hint !== null && (hint.length > 300 || /\p{Cc}/u.test(hint))) {
    throw new AuthError('parameter_malformed', { expected: 'login_hint: up to 300 characters', got: 'another value' })
  }
  const returnTo = readReturnTo(core, pathOf(core, params.get('target_link_uri')))
  if (request.method === 'POST') return ask(core, request, { iss: issuer, target_link_uri: returnTo, login_hint: hint })
  const begun = await beginSignIn(core, request, {
    configured,
    returnTo,
    more: [],
    chosen: hint ? { login_hint: hint } : {},
    silent: false,
  })
  return leave(request, begun)
}

/**
 * Once more, as a visit. Browsers keep our cookies from a form of another site, so that those of sign-ins begun by forms
 * would pile up until no request fits any more.
 */
function ask({ site, basePath }: Core, request: Request, about: Readonly<Record<string, string | null>>): Response {
  const url = new URL(`${site.origin}${basePath}/initiate`)
  for (const [name, value] of Object.entries(about)) if (value) url.searchParams.set(name, value)
  return leave(request, { url, setCookies: [] })
}

/** The address of a page of this app as its path; any other address is left as it is, to be refused. */
function pathOf({ site }: Core, target: string | null): string | null {
  if (target === null || !URL.canParse(target)) return target
  const { origin, pathname, search, hash, username, password } = new URL(target)
  return origin === site.origin && username === '' && password === '' ? `${pathname}${search}${hash}` : target
}
