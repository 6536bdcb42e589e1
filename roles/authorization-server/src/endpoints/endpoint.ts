/**
 * What every endpoint takes and gives, without HTTP: a request already read once, an answer not yet written.
 *
 * `adapters/http` turns the one into the other on Fastify and as a fetch handler. An answer that a person sees names
 * a view; the resource owner's package draws it.
 */

import type { Reason } from '@symbolon/protocol/refusals'
import type { View } from '@symbolon/protocol/views'
import type { Issuer } from '../ports/issuer.ts'

export interface EndpointRequest {
  readonly method: string
  /** Below the issuer: `/token`. */
  readonly path: string
  /** The named parts of the route's path: `{ id, step }` of `/i/:id/:step`. */
  readonly parts: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The body's parameters; empty for a body of another type. */
  readonly form: URLSearchParams
  /** The body of a route that takes JSON; `undefined` when it is none. */
  readonly json?: unknown
  /** Why query or body could not be read, if so: `content_type_wrong`, `body_malformed`. */
  readonly unreadable: Reason | undefined
  /** Lower-case names; a header sent twice is joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly cookies: ReadonlyMap<string, string>
  /** The network that the request comes from: the peer's address, or what a trusted proxy says. */
  readonly remoteAddress: string
  /** Epoch milliseconds. */
  readonly receivedAt: number
  /** This request's flow reference, until the endpoint finds the flow that it belongs to. */
  readonly flow: string
}

/** The cookies for the whole site, named so that no other host can set them; all others have a path of their own. */
export const siteCookies: ReadonlySet<string> = new Set(['browser', 'language', 'session-state'])

export interface Cookie {
  /** Without `__Host-`; the adapter adds the prefix and Secure on https. */
  readonly name: string
  /** `undefined` takes the cookie away. */
  readonly value: string | undefined
  readonly maxAge?: number | undefined
  /** Below the issuer. */
  readonly path?: string | undefined
  readonly sameSite?: 'lax' | 'strict' | 'none' | undefined
  /** Scripts of our own pages may read it. */
  readonly readable?: boolean | undefined
}

interface Any {
  /** The flow that the request turned out to belong to. */
  readonly flow?: string | undefined
  readonly cookies?: readonly Cookie[] | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** For the log line. */
  readonly reason?: Reason | undefined
  readonly client?: string | undefined
}

export type Answer =
  | (Any & { readonly kind: 'json'; readonly status: number; readonly body: unknown })
  | (Any & { readonly kind: 'empty'; readonly status: number })
  /** `headers` say of what type it is. */
  | (Any & { readonly kind: 'text'; readonly status: number; readonly body: string })
  | (Any & { readonly kind: 'redirect'; readonly status: 302 | 303; readonly location: string })
  | (Any & {
      readonly kind: 'page'
      readonly status: number
      readonly view: View
      /** The languages that the app asked for: `ui_locales`, best first. */
      readonly locales?: readonly string[] | undefined
    })

export type Endpoint = (request: EndpointRequest, issuer: Issuer) => Promise<Answer>

/** One row of the table that an adapter serves. */
export interface Route {
  readonly path: string
  readonly methods: Readonly<Record<string, Endpoint>>
  /** Who may read the answer from a script of another origin: everybody, or nobody. */
  readonly cors: boolean
  /** What the caller is: errors are shown as JSON or as a page. */
  readonly audience: 'program' | 'person'
  /** What a body is, where it is not a form. */
  readonly takes?: 'json' | undefined
  /** The path is below the issuer's origin, not below its path: `/.well-known/…` inserted before it (RFC 8414 §3.1). */
  readonly atOrigin?: boolean | undefined
}
