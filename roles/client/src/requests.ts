/**
 * Reading what the browser sends: small forms, and only from our own pages where they change something.
 *
 * @see RFC 10017 §6.1.3.3, RFC 6749 §10.12
 */
import { AuthError } from './errors.ts'

const largest = 16_384

/** A form of at most 16 KiB. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== undefined && type !== 'application/x-www-form-urlencoded') {
    throw new AuthError('content_type_wrong', { got: type.slice(0, 100) })
  }
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const bytes of request.body ?? []) {
    size += bytes.byteLength
    if (size > largest) throw new AuthError('body_too_large', { expected: `at most ${largest} bytes` })
    text += decoder.decode(bytes, { stream: true })
  }
  return new URLSearchParams(text + decoder.decode())
}

/**
 * Refuses a form that another site made the browser send. Browsers say where a request comes from in Sec-Fetch-Site;
 * older ones only in Origin, which is `null` where a page asks for no referrer.
 */
export function needOwnForm(request: Request, site: URL): void {
  const from = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const allowed = from === null ? [site.origin] : [site.origin, 'null', null]
  if ((from === null || from === 'same-origin') && allowed.includes(origin)) return
  throw new AuthError('form_not_from_here', { expected: site.origin, got: origin ?? from ?? 'no Origin header' })
}

/**
 * Refuses what another site only embeds, a picture or a frame: nobody is there to sign in, and each would leave a
 * cookie behind until no request fits any more.
 */
export function needVisit(request: Request, site: URL): void {
  const from = request.headers.get('sec-fetch-site')
  const how = request.headers.get('sec-fetch-dest') ?? 'document'
  if (from !== 'cross-site' || how === 'document') return
  throw new AuthError('form_not_from_here', {
    expected: `a visit, or ${site.origin}`,
    got: `${how.slice(0, 20)} of another site`,
  })
}

export const wantsHtml = (request: Request): boolean => request.headers.get('accept')?.includes('text/html') === true

/** A browser that goes to a page, and not a script that asks. */
export const navigates = (request: Request): boolean => request.headers.get('sec-fetch-mode') === 'navigate'
