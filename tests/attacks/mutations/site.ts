/** A whole server in this process, with people at every step of their way, and everything that it commits. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { routes } from '@symbolon/authorization-server/endpoints/routes'
import type { Write } from '@symbolon/authorization-server/ports/store'
import { createHandler } from '@symbolon/http/handle'
import type { HttpResponse } from '@symbolon/http/message'
import { openStorage } from '@symbolon/storage/open'
import { type HTMLElement, parse } from 'node-html-parser'
import { authorizePath, callbackOf, openWorld, signInForm, verifier } from '../../model/world.ts'
import type { Asked, Pairs } from './mutate.ts'

export interface Site {
  /** What it wrote since it was last asked. */
  committed(): readonly Write['do'][]
  send(asked: Asked): Promise<HttpResponse>
  /** Requests that would be carried out as they are. */
  readonly rightful: readonly Asked[]
  /** Some of them. */
  readonly named: Readonly<Record<'asking' | 'allowing' | 'redeeming' | 'removing', Asked>>
  /** Requests that lack the one thing on which everything rests, each with what must not come of it. */
  readonly wrongful: readonly { readonly asked: Asked; readonly never: readonly Write['do'][] }[]
  close(): Promise<void>
}

const formType = 'application/x-www-form-urlencoded'
const scope = ['openid', 'offline_access', 'photos:read', 'photos:write']

export async function openSite(): Promise<Site> {
  const storage = await openStorage('memory')
  const world = await openWorld(storage, 'mutations')
  let writes: Write['do'][] = []
  const { store } = world.issuer
  const issuer = {
    ...world.issuer,
    store: {
      ...store,
      commit: async (all: readonly Write[]) => {
        const result = await store.commit(all)
        if (result.committed) writes.push(...all.map((one) => one.do))
        return result
      },
    },
  }
  const base = new URL(issuer.url).pathname
  const { origin } = new URL(issuer.url)
  const handle = createHandler({ issuers: [issuer], routes })
  const send = ({ method, path, query, form, headers }: Asked) =>
    handle({
      ...{ method, headers, remoteAddress: `192.0.2.${randomBytes(1)[0]}` },
      target: `${path.startsWith('/') ? base : ''}${path}${query.length === 0 ? '' : `?${encoded(query)}`}`,
      body: Buffer.from(encoded(form)),
    })

  /** A browser of its own; what it is shown last is what its next request is made of. */
  const browse = () => {
    const jar = new Map<string, string>()
    const asked = (method: string, target: string, form: Pairs = []): Asked => {
      const { pathname, searchParams } = new URL(target, `${origin}${base}/`)
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const posted = method === 'POST' && { origin, 'sec-fetch-site': 'same-origin', 'content-type': formType }
      const path = pathname.startsWith(base) ? pathname.slice(base.length) : pathname
      return { method, path, query: [...searchParams], form, headers: { cookie, accept: 'text/html', ...posted } }
    }
    const take = async (request: Asked): Promise<{ readonly to: string; readonly page: HTMLElement }> => {
      const { headers, body } = await send(request)
      for (const line of [headers['set-cookie'] ?? []].flat()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        jar.set(name, value)
      }
      const to = headers.location ?? /^0;\s*url=(.*)$/.exec(String(headers.refresh ?? ''))?.[1]
      if (to !== undefined && String(to).startsWith(issuer.url)) return take(asked('GET', String(to)))
      return { to: to === undefined ? `${base}${request.path}` : String(to), page: parse(String(body)) }
    }
    const filledIn = ({ page, to }: { readonly to: string; readonly page: HTMLElement }, more: Pairs): Asked => {
      const forms = page.querySelectorAll('form').filter((one) => one.getAttribute('method') === 'post')
      const { pathname } = new URL(to, origin)
      const posting = forms.find((one) => one.getAttribute('action')?.split('?')[0] === pathname) ?? forms[0]
      assert.ok(posting, page.text.slice(0, 200))
      const own = posting.querySelectorAll('input').flatMap((field): Pairs => {
        const name = field.getAttribute('name')
        return name === undefined ? [] : [[name, field.getAttribute('value') ?? '']]
      })
      const kept = own.filter(([name]) => more.every(([other]) => other !== name))
      return asked('POST', posting.getAttribute('action') ?? to, [...kept, ...more])
    }
    return { asked, take, filledIn }
  }

  const authorize = authorizePath({ client: 'web', scope, prompt: 'consent', maxAge: undefined })
  const target = `${base}${authorize}`
  const right = Object.entries(signInForm('desk', true))
  const wrong = Object.entries(signInForm('desk', false))
  const allow: Pairs = [['decision', 'allow']]

  const alice = browse()
  const asking = alice.asked('GET', target)
  const signInPage = await alice.take(asking)
  const guessing = alice.filledIn(signInPage, wrong)
  const signingIn = alice.filledIn(signInPage, right)
  const consentPage = await alice.take(signingIn)
  const allowing = alice.filledIn(consentPage, allow)
  const code = new URL((await alice.take(allowing)).to).searchParams.get('code') ?? ''
  const next = await alice.take(alice.asked('GET', target))
  const allowingNext = alice.filledIn(next, allow)
  const removing = alice.filledIn(await alice.take(alice.asked('GET', `${base}/account/apps/web?remove=app`)), [
    ['remove', 'app'],
  ])
  const leaving = alice.filledIn(await alice.take(alice.asked('GET', `${base}/logout`)), [['decision', 'sign-out']])

  const stranger = browse()
  const strangersPage = await stranger.take(stranger.asked('GET', target))
  const strangersCookie = stranger.asked('GET', target).headers.cookie ?? ''
  const without = (asked: Asked): Asked => ({ ...asked, headers: { ...asked.headers, cookie: '' } })
  const asStranger = (asked: Asked): Asked => ({ ...asked, headers: { ...asked.headers, cookie: strangersCookie } })

  const program = (path: string, form: Readonly<Record<string, string>>, client?: string, isRight = true): Asked => ({
    ...{ method: 'POST', path, query: [], form: Object.entries(form) },
    headers: { 'content-type': formType, ...(client !== undefined && { authorization: world.basic(client, isRight) }) },
  })
  const redemption = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callbackOf('web'),
    code_verifier: verifier,
  }
  const otherVerifier = { ...redemption, code_verifier: verifier.replace('d', 'e') }
  const ownToken = { grant_type: 'client_credentials', scope: 'archive:read' }
  const given = JSON.parse(String((await send(program('/token', ownToken, 'robot'))).body))
  const bearer = { authorization: `Bearer ${given.access_token}` }

  const noSession: readonly Write['do'][] = ['insert-session', 'insert-code', 'insert-grant']
  const noCode: readonly Write['do'][] = ['insert-code', 'insert-grant', 'add-consent']
  const noGrant: readonly Write['do'][] = ['redeem-code', 'insert-grant', 'insert-refresh-token', 'insert-access-token']
  const refused = (never: readonly Write['do'][], ...all: readonly Asked[]) => all.map((asked) => ({ asked, never }))
  const redeeming = program('/token', redemption, 'web')
  writes = []
  return {
    named: { asking, allowing: allowingNext, redeeming, removing },
    committed() {
      const since = writes
      writes = []
      return since
    },
    send,
    rightful: [
      ...[asking, signingIn, allowing, allowingNext, removing, leaving],
      ...[alice.asked('GET', `${base}/account`), alice.asked('GET', `${base}/account/sessions`)],
      ...[redeeming, program('/token', ownToken, 'robot')],
      program('/token', { grant_type: 'refresh_token', refresh_token: code }, 'web'),
      ...[program('/introspect', { token: given.access_token }, 'library'), program('/revoke', { token: code }, 'web')],
      { method: 'GET', path: '/userinfo', query: [], form: [], headers: bearer },
      ...['/jwks', '/.well-known/openid-configuration', '/'].map((path) => alice.asked('GET', `${base}${path}`)),
    ],
    wrongful: [
      // Nobody knows the password.
      ...refused(noSession, guessing, stranger.filledIn(strangersPage, wrong)),
      // Nobody but the one who was asked may answer.
      ...refused(noCode, asStranger(allowingNext), without(allowingNext)),
      ...refused(noSession, asStranger(guessing), without(guessing)),
      // Nobody else redeems the code: not without its verifier, its client's secret, or as another client.
      ...refused(noGrant, program('/token', otherVerifier, 'web'), program('/token', redemption, 'web', false)),
      ...refused(
        noGrant,
        program('/token', redemption, 'evil'),
        program('/token', { ...redemption, client_id: 'spa' }),
      ),
      ...refused(noGrant, program('/token', ownToken, 'robot', false)),
    ],
    close: () => storage.close(),
  }
}

/** As a browser would, but without refusing what it would refuse. */
const encoded = (pairs: Pairs): string => pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&')

const escaped = (text: string) => {
  try {
    return encodeURIComponent(text)
  } catch {
    return '%ED%A0%80'
  }
}
