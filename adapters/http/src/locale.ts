/**
 * The language of a page: what the person chose here, else what they chose before, else what the app asked for, else
 * what the browser says.
 */
import type { EndpointRequest } from '@symbolon/authorization-server/endpoints/endpoint'
import { choose } from '@symbolon/resource-owner/words/index'

export function preferredLocales(request: EndpointRequest, asked: readonly string[] = []): readonly string[] {
  const chosen = request.query.get('ui_locales')?.split(' ').filter(Boolean) ?? []
  const before = request.cookies.get('language')
  return [
    ...chosen,
    ...(before === undefined ? [] : [before]),
    ...asked,
    ...accepted(request.headers['accept-language']),
  ]
}

/** The tags of an Accept-Language header, best first (RFC 9110 §12.5.4). */
export function accepted(header: string | undefined): readonly string[] {
  if (header === undefined) return []
  return header
    .slice(0, 512)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const weight = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find(Boolean)
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ tag, weight }) => weight > 0 && /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(tag))
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
}

/** The first of these that the pages speak, with its region where dates and numbers need it. */
export function bestLocale(locales: readonly string[]): string {
  const { tag, locale } = choose(locales)
  return locale.startsWith(tag) ? locale : tag
}
