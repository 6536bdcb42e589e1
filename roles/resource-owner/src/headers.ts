/**
 * The headers of every page. Nothing runs or loads that does not come from this server, no other site can frame
 * the page, and a form can be sent nowhere else, even if something slipped into the HTML; but for the one page whose form
 * brings the answer to the app.
 *
 * @see RFC 9700 §4.16 (clickjacking), W3C Content Security Policy Level 3
 */
import type { Asset } from './assets.ts'

export interface PageHeaders {
  readonly https: boolean
  /**
   * A form of this page goes to an app. `form-action` binds every redirect that follows, too, and where an app sends the
   * browser from its callback is not known here: there is none on this page.
   */
  readonly goesOut: boolean
  /** Addresses of pictures of others that this page shows: these and no others are loaded. */
  readonly pictures?: readonly string[]
  /** Origins whose pages this page opens in frames. */
  readonly frameSource?: readonly string[]
  /** No window that opened this page keeps a handle on it. Sign-in pages may be opened as popups, so they do not. */
  readonly isolated: boolean
}

/** An address as a source: without its query, which no source has, and nothing in it that would end the list. */
function source(address: string): string {
  const { origin, pathname } = new URL(address)
  return `${origin}${pathname.replaceAll(';', '%3B').replaceAll(',', '%2C')}`
}

export function pageHeaders({
  https,
  goesOut,
  pictures = [],
  frameSource = [],
  isolated,
}: PageHeaders): Readonly<Record<string, string>> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      ["img-src 'self' data:", ...pictures.map(source)].join(' '),
      "font-src 'self'",
      "connect-src 'self'",
      ...(goesOut ? [] : ["form-action 'self'"]),
      ...(frameSource.length > 0 ? [['frame-src', ...frameSource].join(' ')] : []),
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=(), payment=()',
    ...(isolated ? { 'cross-origin-opener-policy': 'same-origin' } : {}),
    ...(https ? transport : {}),
  }
}

export function assetHeaders(asset: Asset, https: boolean): Readonly<Record<string, string>> {
  return {
    'content-type': asset.type,
    'cache-control': 'public, max-age=31536000, immutable',
    etag: asset.etag,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    ...(https ? transport : {}),
  }
}

const transport = { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }
