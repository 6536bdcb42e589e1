/** A browser without HTTP: cookies by path, redirects within the issuer, forms. It draws nothing and follows by hand. */
import type { View } from '@symbolon/protocol/views'
import type { Answer, EndpointRequest } from '../../../src/endpoints/endpoint.ts'
import { routes } from '../../../src/endpoints/routes.ts'
import type { World } from './world.ts'

interface Kept {
  readonly value: string
  readonly path: string
  readonly maxAge: number | undefined
}

type Fields = Readonly<Record<string, string | readonly string[]>>

export interface Extra {
  readonly headers?: Readonly<Record<string, string>>
  readonly remoteAddress?: string
  /** A form that another site sent brings no cookies (SameSite=Lax). */
  readonly crossSite?: boolean
}

export type Page = Extract<Answer, { kind: 'page' }>

let flows = 0

export class Browser {
  readonly cookies = new Map<string, Kept>()
  readonly world: World
  readonly remoteAddress: string
  /** Where the last answer came from: path and query below the issuer. */
  at = '/'

  constructor(world: World, remoteAddress = '192.0.2.1') {
    this.world = world
    this.remoteAddress = remoteAddress
  }

  get(target: string, extra: Extra = {}): Promise<Answer> {
    return this.#send('GET', target, new URLSearchParams(), extra)
  }

  post(target: string, fields: Fields | URLSearchParams, extra: Extra = {}): Promise<Answer> {
    const form =
      fields instanceof URLSearchParams
        ? fields
        : new URLSearchParams(
            Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one])),
          )
    return this.#send('POST', target, form, extra)
  }

  /** Goes on through redirects within the issuer, until a page or the way out. */
  async follow(answer: Answer | Promise<Answer>, extra: Pick<Extra, 'headers'> = {}): Promise<Answer> {
    let current = await answer
    for (let hops = 0; current.kind === 'redirect' && current.location.startsWith(this.world.issuer.url); hops++) {
      if (hops > 5) throw new Error(`Redirected in circles, at last to ${current.location}.`)
      current = await this.get(current.location.slice(this.world.issuer.url.length), extra)
    }
    return current
  }

  async open(params: URLSearchParams): Promise<Answer> {
    return this.follow(this.get(`/authorize?${params}`))
  }

  /** Sends the form of a page as a person would. */
  async submit(page: Answer, fields: Fields, extra: Extra = {}): Promise<Answer> {
    const view = viewOf(page)
    if (!('action' in view) || !('csrf' in view)) throw new Error(`The page ${view.show} has no form.`)
    return this.follow(this.post(view.action, { csrf: view.csrf, ...fields }, extra))
  }

  signIn(page: Answer, login = 'alice', password = 'print my photos', extra: Extra = {}): Promise<Answer> {
    return this.submit(page, { login, password }, extra)
  }

  #cookiesFor(path: string): ReadonlyMap<string, string> {
    const found = [...this.cookies].filter(([, kept]) => kept.path === '/' || `${path}/`.startsWith(`${kept.path}/`))
    return new Map(found.map(([key, kept]) => [key.split('|')[0] ?? '', kept.value]))
  }

  async #send(method: string, target: string, form: URLSearchParams, extra: Extra): Promise<Answer> {
    const [path = '', query = ''] = target.split('?')
    const { endpoint, parts } = find(method, path)
    const request: EndpointRequest = {
      method,
      path,
      parts,
      query: new URLSearchParams(query),
      form,
      unreadable: undefined,
      headers: { 'user-agent': 'A Browser', ...extra.headers },
      cookies: extra.crossSite ? new Map() : this.#cookiesFor(path),
      remoteAddress: extra.remoteAddress ?? this.remoteAddress,
      receivedAt: this.world.issuer.now() * 1_000,
      flow: `FLOW-${String(++flows).padStart(4, '0')}`,
    }
    const answer = await endpoint(request, this.world.issuer)
    for (const { name, value, path: below = '/', maxAge } of answer.cookies ?? []) {
      if (value === undefined) this.cookies.delete(`${name}|${below}`)
      else this.cookies.set(`${name}|${below}`, { value, path: below, maxAge })
    }
    this.at = target
    return answer
  }
}

function find(method: string, path: string) {
  for (const route of routes) {
    if (route.atOrigin) continue
    const pattern = new RegExp(`^${route.path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`)
    const match = pattern.exec(path)
    const endpoint = route.methods[method]
    if (!match || !endpoint) continue
    const parts = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)])
    return { endpoint, parts: Object.fromEntries(parts) as Record<string, string> }
  }
  throw new Error(`Nothing serves ${method} ${path}.`)
}

export function viewOf(answer: Answer): View {
  if (answer.kind !== 'page') throw new Error(`A page was expected, and ${answer.kind} came.`)
  return answer.view
}

/** The view that was expected, typed. */
export function shown<Show extends View['show']>(answer: Answer, show: Show): Extract<View, { show: Show }> {
  const view = viewOf(answer)
  if (view.show !== show) throw new Error(`${show} was expected, and ${view.show} was shown.`)
  return view as Extract<View, { show: Show }>
}

/** The parameters that went to the client, whichever way they went. */
export function sentToClient(answer: Answer): { readonly to: string; readonly params: URLSearchParams } {
  if (answer.kind === 'redirect') return split(answer.location)
  const view = viewOf(answer)
  if (view.show === 'handoff') return split(view.location)
  if (view.show === 'form-post') {
    return { to: view.action, params: new URLSearchParams(view.fields.map(([name, value]) => [name, value])) }
  }
  throw new Error(`Nothing went to the client: ${view.show} was shown.`)
}

function split(location: string) {
  const at = location.search(/[?#]/)
  return at === -1
    ? { to: location, params: new URLSearchParams() }
    : { to: location.slice(0, at), params: new URLSearchParams(location.slice(at + 1)) }
}
