/**
 * Reads a request's query and body once, strictly: what is not well-formed UTF-8 form encoding is refused as a whole,
 * so that no endpoint sees half of it.
 *
 * @see RFC 6749 appendix B
 */
import type { Reason } from '@symbolon/protocol/refusals'

export type Parsed = { readonly params: URLSearchParams } | { readonly unreadable: Reason }

export const nothing = new URLSearchParams()

/** Far above what any form of ours or request of the standards holds, and far below what would keep the server busy. */
const mostParameters = 1_000

/** Parameters of a form-encoded text. U+0000 is refused: no parameter has a use for it and PostgreSQL can't hold it. */
export function parseParameters(text: string): Parsed {
  if (text === '') return { params: nothing }
  try {
    // URLSearchParams forgives broken escapes and bytes; decodeURIComponent does not.
    if (decodeURIComponent(text).includes('\0')) return { unreadable: 'body_malformed' }
  } catch {
    return { unreadable: 'body_malformed' }
  }
  const params = new URLSearchParams(text)
  return params.size > mostParameters ? { unreadable: 'body_malformed' } : { params }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function parseForm(body: Uint8Array, contentType: string | undefined): Parsed {
  if (body.length === 0) return { params: nothing }
  if (!isForm(contentType)) return { unreadable: 'content_type_wrong' }
  try {
    return parseParameters(utf8.decode(body))
  } catch {
    return { unreadable: 'body_malformed' }
  }
}

/** The value of a JSON text in UTF-8; `undefined` for anything else. */
export function parseJson(body: Uint8Array, contentType = ''): unknown {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType)) return undefined
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    return undefined
  }
}

const formType = 'application/x-www-form-urlencoded'

/** The type of a form in UTF-8, however it is written. */
function isForm(contentType = ''): boolean {
  if (contentType === formType) return true
  const [type, ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))
  return type === formType && (charset === undefined || /^charset="?utf-?8"?$/.test(charset))
}
