/**
 * The page to come back to after signing in: a path of this site and nothing else, so that the callback is no open
 * redirector.
 *
 * @see RFC 9700 §4.11.1
 */
import { allow, type Decision, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'

const longest = 1024

/** Control characters, white space of any script and backslashes: browsers drop or turn some of them into slashes. */
const unsafe = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}\ufeff\\]/u

/** The path, its query and fragment, normalised; refused when a browser could leave the site by it. */
export function decideReturnTo(value: string, site: URL): Decision<string> {
  const refused = refuse('return_to_refused', {
    expected: clear('a path that begins with one slash'),
    got: clear(JSON.stringify(value.slice(0, 100))),
  })
  if (value.length > longest || !value.startsWith('/') || value.startsWith('//') || unsafe.test(value)) return refused
  if (!URL.canParse(value, site)) return refused
  const url = new URL(value, site)
  if (url.origin !== site.origin || url.pathname.startsWith('//')) return refused
  return allow(`${url.pathname}${url.search}${url.hash}`)
}
