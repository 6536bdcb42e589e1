/**
 * Which address may hear the answer: one that the client registered, character for character.
 *
 * The one exception is the port of a loopback address, which a native app can't know beforehand. Nothing is parsed,
 * decoded or normalized on the way, so there is nothing that two parsers could understand differently.
 *
 * @see RFC 9700 §2.1 and §4.1.3 (simple string comparison), RFC 8252 §7.3 (loopback ports)
 */
declare const verified: unique symbol

/** An address proven to be the client's. Only this file makes one. */
export type VerifiedRedirectUri = string & { readonly [verified]: true }

/** The registered address that `presented` is, or `undefined`. */
export function matchRedirectUri(presented: string, registered: readonly string[]): VerifiedRedirectUri | undefined {
  if (!isRedirectTarget(presented)) return undefined
  const matches = registered.some((uri) => uri === presented || isSameButForPort(presented, uri))
  return matches ? (presented as VerifiedRedirectUri) : undefined
}

/** Schemes that run or read something instead of going somewhere, and text that isn't a URI at all. */
const isRedirectTarget = (uri: string): boolean =>
  /^[a-z][a-z0-9+.-]*:[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/i.test(uri) &&
  !/^(?:javascript|data|vbscript|file|blob|about|filesystem|view-source):/i.test(uri)

const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::(\d{1,5}))?((?:\/.*)?)$/

function isSameButForPort(presented: string, registered: string): boolean {
  const [, presentedHost, port = '80', presentedRest] = loopback.exec(presented) ?? []
  const [, registeredHost, , registeredRest] = loopback.exec(registered) ?? []
  return (
    presentedHost !== undefined &&
    presentedHost === registeredHost &&
    presentedRest === registeredRest &&
    Number(port) >= 1 &&
    Number(port) <= 65_535
  )
}

/** What a person is told of an address: its host, or the scheme of an app. */
export interface Destination {
  readonly kind: 'web' | 'app' | 'this-computer'
  readonly host: string
}

export function destinationOf(uri: string): Destination {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return { kind: 'app', host: uri.slice(0, uri.indexOf(':')) }
  }
  const onThisComputer = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  return { kind: onThisComputer ? 'this-computer' : 'web', host: url.host }
}
