/** Does to the server what a step says, and tells its answer in the model's words. */
import assert from 'node:assert/strict'
import type { BrowserName } from './actions.ts'
import { type Answer, isPublic, type Step } from './rules/answers.ts'
import type { State } from './state.ts'
import { authorizePath, callbackOf, type Shown, signInForm, verifier, type World } from './world.ts'

/** Where each tab stands: its address, and the form that was shown there. */
export interface Tabs {
  readonly [id: string]:
    | { readonly path: string; readonly csrf: string; readonly optional: readonly string[] }
    | undefined
}

/** What was done so far: an answer, or the address where the browser goes on. */
export type Done = { readonly answer: Answer } | { readonly goOn: string }

export interface Drive {
  readonly tabs: Record<string, { path: string; csrf: string; optional: readonly string[] }>
  readonly world: World
}

const browserOf = (state: State, tab: string) => (state.tabs[tab] as State['tabs'][string]).browser

/** What a page must have shown before the step: fetched ahead, so that two steps can then begin at once. */
export async function prepare({ world }: Drive, { action }: Step): Promise<string> {
  const page =
    action.do === 'remove app' || action.do === 'remove permission'
      ? `/account/apps/${action.client}`
      : action.do === 'end other sessions'
        ? '/account/sessions'
        : action.do === 'sign out'
          ? '/logout'
          : undefined
  if (page === undefined || !('browser' in action)) return ''
  return csrfIn(await world.get(action.browser, page))
}

const csrfIn = ({ text }: Shown): string => /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? ''

export async function start(drive: Drive, state: State, step: Step, csrf: string): Promise<Done> {
  const { world } = drive
  const { action, target } = step
  const done = (is = 'done'): Done => ({ answer: { is } })
  switch (action.do) {
    case 'authorize':
      return arrived(world, await world.get(action.browser, authorizePath(action)))
    case 'look':
      return arrived(world, await world.get(browserOf(state, target), `${drive.tabs[target]?.path}/continue`))
    case 'peek':
      return arrived(world, await world.get('attacker', `${drive.tabs[target]?.path}/continue`))
    case 'sign in': {
      const browser = browserOf(state, target)
      const form = { csrf: drive.tabs[target]?.csrf ?? '', ...signInForm(browser, action.right) }
      return arrived(world, await world.post(browser, `${drive.tabs[target]?.path}/sign-in`, form))
    }
    case 'consent': {
      const { path, csrf: shown, optional } = drive.tabs[target] ?? { path: '', csrf: '', optional: [] }
      const ticked = action.how === 'allow all' ? optional.map((scope) => ['scope', scope] as const) : []
      const decision = action.how === 'deny' ? 'deny' : 'allow'
      const form = [['csrf', shown], ['decision', decision], ...ticked] as const
      return arrived(world, await world.post(browserOf(state, target), `${path}/consent`, form))
    }
    case 'remove app':
    case 'remove permission': {
      const form: Readonly<Record<string, string>> =
        action.do === 'remove app' ? { csrf, remove: 'app' } : { csrf, remove: 'permission', scope: action.scope }
      return changed(
        await world.post(action.browser, `/account/apps/${action.client}`, form),
        'removed',
        'nothing to remove',
      )
    }
    case 'end other sessions':
      return changed(
        await world.post(action.browser, '/account/sessions', { csrf, end: 'others' }),
        'ended',
        'not ended',
      )
    case 'sign out': {
      const { status } = await world.post(action.browser, '/logout', { csrf, decision: 'sign-out' })
      return done(status === 200 ? 'signed out' : `status ${status}`)
    }
    case 'rotate keys':
      await world.rotate()
      return done()
    case 'sweep':
      await world.sweep()
      return done()
    case 'turn off client':
      await world.turn({ client: action.client }, true)
      return done()
    case 'turn off person':
      await world.turn({ person: action.person }, true)
      return done()
    case 'turn everything on':
      await world.turnAllOn()
      return done()
    case 'wait':
      return done()
    default:
      return { answer: await backChannel(drive, state, step) }
  }
}

/** Follows the browser to the page where the tab stands now. */
export async function goOn(
  drive: Drive,
  about: { readonly browser: BrowserName; readonly tab: string; readonly at: string },
): Promise<Answer> {
  const { world } = drive
  let shown = await world.get(about.browser, pathIn(world, about.at))
  let at = about.at
  for (let hops = 0; shown.next?.startsWith(`${world.issuer.url}/`); hops++) {
    assert.ok(hops < 5, 'redirected in circles')
    at = shown.next
    shown = await world.get(about.browser, pathIn(world, at))
  }
  const { pathname } = new URL(at)
  const path = pathIn(world, at).replace(/\/[^/]+$/, '')
  if (isOverElsewhere(shown)) shown = await world.get(about.browser, `${path}/continue`)
  assert.match(pathname, /\/i\/[\w-]+\/[\w-]+$/)
  const optional = [...shown.text.matchAll(/name="scope"[^>]* value="([^"]+)"|value="([^"]+)"[^>]* name="scope"/g)].map(
    ([, before, after]) => before ?? after ?? '',
  )
  const known = drive.tabs[about.tab]
  const csrf = csrfIn(shown)
  drive.tabs[about.tab] = csrf === '' && known ? known : { path, csrf, optional }
  const settled = arrived(world, shown)
  assert.ok('answer' in settled)
  return settled.answer
}

/** The page of a tab that was finished meanwhile has nothing but a way on. */
const isOverElsewhere = ({ status, next, text }: Shown) =>
  status === 200 && next === undefined && !text.includes('name="csrf"')

const pathIn = (world: World, url: string) => url.slice(world.issuer.url.length)

function changed({ next = '', headers }: Shown, did: string, didNot: string): Done {
  if (/\/i\/[\w-]+\/sign-in$/.test(next)) return { answer: { is: 'asked to sign in' } }
  const said = [headers['set-cookie'] ?? []].flat().some((line) => /done=[a-z-]/.test(line))
  return { answer: { is: said ? did : didNot } }
}

function arrived(world: World, { status, next, text }: Shown): Done {
  if (next?.startsWith(`${world.issuer.url}/`)) return { goOn: next }
  if (next !== undefined) {
    const { searchParams, hostname } = new URL(next)
    const [code, error] = [searchParams.get('code'), searchParams.get('error')]
    if (code === null && error === null) return { answer: { is: 'home' } }
    assert.equal(searchParams.get('iss'), world.issuer.url)
    assert.equal(searchParams.get('state'), `state of ${hostname.replace('.example', '')}`)
    return { answer: code === null ? { is: `error ${error}` } : { is: 'code', code } }
  }
  if (status === 410) return { answer: { is: 'too late' } }
  if (status === 429) return { answer: { is: 'slowed down' } }
  if (text.includes('name="password"')) return { answer: { is: status === 200 ? 'sign-in page' : 'not let in' } }
  if (text.includes('value="allow"')) return { answer: { is: 'consent page' } }
  return { answer: { is: status >= 400 && status < 500 ? 'error page' : `status ${status}` } }
}

async function backChannel({ world }: Drive, state: State, { action, target, less }: Step): Promise<Answer> {
  const value = state.values[target] ?? ''
  const owner = (state.codes[target] ?? state.access[target] ?? state.refresh[target])?.client ?? 'robot'
  const as = async (client: string, path: string, form: Readonly<Record<string, string>>, right = true) =>
    isPublic(client as 'spa') && right
      ? world.call(path, { client_id: client, ...form })
      : world.call(path, form, world.basic(client, right))
  switch (action.do) {
    case 'redeem': {
      const { how } = action
      const form = {
        grant_type: 'authorization_code',
        code: value,
        redirect_uri: callbackOf(how === 'with another address' ? 'elsewhere' : owner),
        ...(how !== 'without a verifier' && {
          code_verifier: how === 'with a wrong verifier' ? verifier.replace(/^./, 'x') : verifier,
        }),
      }
      return tokensIn(await as(how === 'as evil' ? 'evil' : owner, '/token', form, how !== 'with a wrong secret'))
    }
    case 'refresh': {
      const { how } = action
      const scope: Readonly<Record<string, string>> =
        how === 'for less' ? { scope: less } : how === 'for more' ? { scope: 'photos:read archive:read' } : {}
      const form = { grant_type: 'refresh_token', refresh_token: value, ...scope }
      return tokensIn(await as(how === 'as evil' ? 'evil' : owner, '/token', form))
    }
    case 'client credentials': {
      const form = { grant_type: 'client_credentials', scope: action.scope }
      return tokensIn(await as('robot', '/token', form, action.right))
    }
    case 'introspect': {
      const { status, body } = await as(action.by === 'owner' ? owner : action.by, '/introspect', { token: value })
      const said = JSON.parse(String(body))
      if (status !== 200) return { is: `refused ${said.error}` }
      return said.active ? { is: 'active', scope: said.scope ?? '' } : { is: 'inactive' }
    }
    case 'userinfo': {
      const { body } = await world.call('/userinfo', {}, `Bearer ${value}`)
      const said = JSON.parse(String(body))
      return { is: said.error === undefined ? `claims of ${said.sub}` : `refused ${said.error}` }
    }
    case 'revoke': {
      const { status, body } = await as(action.by === 'owner' ? owner : action.by, '/revoke', { token: value })
      return { is: status === 200 ? 'done' : `refused ${JSON.parse(String(body)).error}` }
    }
    default:
      throw new Error(`Nobody knows how to ${action.do}.`)
  }
}

function tokensIn({ status, body }: { readonly status: number; readonly body: unknown }): Answer {
  const said = JSON.parse(String(body))
  if (status !== 200) return { is: `refused ${said.error}` }
  return {
    is: 'tokens',
    scope: said.scope ?? '',
    access: said.access_token,
    ...(said.refresh_token !== undefined && { refresh: said.refresh_token }),
  }
}
