/**
 * How a request came about, as its browser says: a page of anybody can make very many of some kinds, and a person of none.
 * Browsers that say nothing are taken to navigate, and so are programs: some say how, but never from which site.
 *
 * @see Fetch Metadata Request Headers (Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest), Fetch (Sec-Purpose)
 */
import type { EndpointRequest } from './endpoint.ts'

/** The window itself; something that a page holds or has loaded beforehand; or no navigation at all. */
export type Arrival = 'window' | 'frame' | 'part of a page'

const frames = ['iframe', 'frame', 'fencedframe', 'embed', 'object']

export function arrivalOf({
  'sec-fetch-site': site,
  'sec-fetch-mode': mode = 'navigate',
  'sec-fetch-dest': destination = 'document',
  'sec-purpose': purpose,
}: EndpointRequest['headers']): Arrival {
  if (site === undefined) return 'window'
  const isFrame = frames.includes(destination)
  if (mode !== 'navigate' || (destination !== 'document' && !isFrame)) return 'part of a page'
  return isFrame || purpose !== undefined ? 'frame' : 'window'
}
