/**
 * The only way text becomes HTML. A value put into the template is escaped; nothing but this template makes the
 * trusted `Html`, and an address can stand in an attribute only after `href`, `ownPath` or `returnAddress` let it.
 *
 * @see RFC 9700 §4.1 and the attacks through `javascript:` redirect addresses
 */

class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

export type { Html }

class Address {
  readonly #address: string

  constructor(address: string) {
    this.#address = address
  }

  toString(): string {
    return this.#address
  }
}

export type { Address }

export type Child = string | number | Html | Address | undefined | false | readonly Child[]

type Place = 'text' | 'tag' | 'attribute' | 'address'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Lone surrogates and NUL have no place in a document; the replacement character stands for them. */
export const escapeHtml = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll('\0', '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')

const addressAttribute = /\s(?:href|src|action|formaction)="$/

/** Where the holes of a template stand. A template that would put a value where escaping can't help is a bug. */
function placesOf(strings: readonly string[]): readonly Place[] {
  let inTag = false
  let inQuotes = false
  return strings.slice(0, -1).map((string) => {
    for (const character of string) {
      if (inQuotes) inQuotes = character !== '"'
      else if (inTag && character === '"') inQuotes = true
      else if (inTag && character === "'") throw new TypeError('Attributes are quoted with double quotes.')
      else if (character === '<') inTag = true
      else if (character === '>') inTag = false
    }
    if (inQuotes) return addressAttribute.test(string) ? 'address' : 'attribute'
    if (inTag && /[=/<\w]$/.test(string)) throw new TypeError('A value in a tag stands in quotes.')
    return inTag ? 'tag' : 'text'
  })
}

const known = new WeakMap<TemplateStringsArray, readonly Place[]>()

function write(value: Child, place: Place): string {
  if (value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map((each: Child) => write(each, place)).join('')
  if (place === 'address') {
    if (value instanceof Address) return escapeHtml(value.toString())
    throw new TypeError('Only an address that was checked can be linked to.')
  }
  if (place === 'tag' && !(value instanceof Html)) throw new TypeError('Only attributes can stand in a tag.')
  if (place === 'attribute' && value instanceof Html) throw new TypeError('An attribute holds text.')
  return value instanceof Html ? value.toString() : escapeHtml(value.toString())
}

export function html(strings: TemplateStringsArray, ...values: readonly Child[]): Html {
  let places = known.get(strings)
  if (!places) {
    places = placesOf(strings)
    known.set(strings, places)
  }
  let text = strings[0] ?? ''
  for (const [index, value] of values.entries()) {
    text += write(value, places[index] ?? 'text') + (strings[index + 1] ?? '')
  }
  return new Html(text)
}

/** A link anywhere: http and https only, nothing hidden in it. `undefined` when it must not become a link. */
export function href(address: string | undefined): Address | undefined {
  return address !== undefined && visible.test(address) && /^https?:\/\/[^/]/i.test(address) && URL.canParse(address)
    ? new Address(address)
    : undefined
}

/** A path below the issuer, with the issuer's own path before it. Anything else leads to the issuer's front page. */
export function ownPath(issuerUrl: string, path: string): Address {
  const base = new URL(issuerUrl).pathname.replace(/\/$/, '')
  if (!visible.test(path) || !/^\/(?![/\\])/.test(path)) return new Address(base || '/')
  return new Address(base && path !== base && !path.startsWith(`${base}/`) ? base + path : path)
}

/**
 * The address that the server verified and sends the browser back to. An app on the device has a scheme of its own;
 * a scheme that runs or opens something in the browser itself never passes, whoever registered it.
 */
export function returnAddress(location: string): Address | undefined {
  if (!visible.test(location) || !URL.canParse(location)) return undefined
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(location)?.[0].toLowerCase()
  if (scheme === undefined || scriptable.has(scheme)) return undefined
  return scheme === 'http' || scheme === 'https' ? href(location) : new Address(location)
}

/** No spaces, no control characters: nothing that a URL parser drops, nothing that splits a header. */
const visible = /^[\x21-\x7e]+$/

const scriptable: ReadonlySet<string> = new Set([
  'about',
  'blob',
  'chrome',
  'data',
  'file',
  'filesystem',
  'ftp',
  'intent',
  'jar',
  'javascript',
  'livescript',
  'mhtml',
  'mocha',
  'resource',
  'vbscript',
  'view-source',
  'ws',
  'wss',
])
