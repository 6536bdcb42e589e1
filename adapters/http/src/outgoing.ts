/**
 * Requests to addresses that clients gave, kept from this server's own network.
 *
 * A host is resolved once; what it resolves to is checked and the connection is made to exactly that, so that another
 * answer of the name server comes too late. Each request has a connection of its own.
 */
import { lookup, Resolver } from 'node:dns/promises'
import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { createSecureContext, getCACertificates } from 'node:tls'
import type {
  Outgoing,
  OutgoingAnswer,
  OutgoingProblem,
  OutgoingRequest,
} from '@symbolon/authorization-server/ports/outgoing'
import { createHostPace, createPlaces } from './outgoing-room.ts'
import { createReach, type Reach } from './reach.ts'

export interface OutgoingOptions {
  /** Hosts, addresses and networks that may be reached although they are not public. */
  readonly allow?: readonly string[]
  /** Certificates, in PEM, that are trusted beside those of the system. */
  readonly ca?: string | undefined
  /** Loopback may be reached, by http too. */
  readonly development?: boolean
  /** All addresses of a host; by the name servers, or as this machine does it for hosts that are allowed by name. */
  readonly resolve?: (host: string, how: 'name servers' | 'machine') => Promise<readonly string[]>
  /** Milliseconds, from anywhere, that only go on. */
  readonly clock?: () => number
}

const limitUnlessGiven = 65_536
const timeoutUnlessGiven = 5_000

class Problem extends Error {
  readonly problem: OutgoingProblem
  constructor(problem: OutgoingProblem) {
    super(problem)
    this.problem = problem
  }
}

/**
 * The machine's own way knows its file of hosts, and holds one of the few threads that passwords and signatures need for
 * as long as a name server is silent: strangers choose the names, so theirs are asked for without.
 */
const resolveHost: NonNullable<OutgoingOptions['resolve']> = async (host, how) => {
  if (how === 'machine') return (await lookup(host, { all: true })).map(({ address }) => address)
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
}

export function createOutgoing(options: OutgoingOptions = {}): Outgoing {
  const { allow = [], ca, development = false, resolve = resolveHost, clock } = options
  const reach = createReach(allow, development)
  const trusted = ca === undefined ? undefined : createSecureContext({ ca: [...getCACertificates('default'), ca] })
  const places = createPlaces()
  const pace = createHostPace(clock)

  const go = async (url: URL, how: OutgoingRequest, timeout: AbortSignal): Promise<OutgoingAnswer> => {
    const host = hostOf(url)
    const way = development || reach.isAllowed(host) ? 'machine' : 'name servers'
    const found = isIP(host) !== 0 ? [host] : await Promise.race([resolve(host, way), rejection(timeout)])
    const addresses = found.filter((address) => mayGo(url, address, host, reach))
    if (addresses.length === 0) throw new Problem(found.length === 0 ? 'unreachable' : 'address_refused')
    const settings: RequestOptions = {
      method: how.method ?? 'GET',
      headers: { accept: (how.accept ?? ['*/*']).join(', '), 'user-agent': 'symbolon', ...how.headers },
      agent: false,
      lookup: pinnedTo(addresses),
      signal: timeout,
    }
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...settings, ...(trusted && { secureContext: trusted }) })
        : httpRequest(url, settings)
    return read(await responseTo(request, how.body), how)
  }

  return {
    async fetch(text, how = {}) {
      const url = URL.parse(text)
      if (url === null || !mayAsk(url, development)) return refused('url_refused')
      const leave = places.enter(url.host, how)
      if (leave === undefined) return refused('busy')
      const timeout = AbortSignal.timeout(how.timeout ?? timeoutUnlessGiven)
      try {
        if (how.forStranger && !reach.isAllowed(hostOf(url)) && !pace.allows(hostOf(url))) return refused('busy')
        return await go(url, how, timeout)
      } catch (error) {
        return refused(timeout.aborted ? 'too_slow' : problemOf(error))
      } finally {
        leave()
      }
    },
  }
}

const refused = (problem: OutgoingProblem): OutgoingAnswer => ({ ok: false, problem })

const mayAsk = ({ protocol, username, password }: URL, development: boolean): boolean =>
  (protocol === 'https:' || (development && protocol === 'http:')) && username === '' && password === ''

/** As it is resolved: the URL has written addresses of any notation in the usual one; a last dot changes nothing. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')

const mayGo = (url: URL, address: string, host: string, { mayReach, isLoopback }: Reach): boolean =>
  mayReach(address, host) && (url.protocol === 'https:' || isLoopback(address))

const pinnedTo =
  (addresses: readonly string[]): LookupFunction =>
  (_host, { all }, done) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }))
    const [first = { address: '', family: 0 }] = found
    if (all) done(null, found)
    else done(null, first.address, first.family)
  }

function responseTo(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve).once('error', reject).end(body)
  })
}

async function read(response: IncomingMessage, how: OutgoingRequest): Promise<OutgoingAnswer> {
  try {
    const { statusCode: status = 0, headers } = response
    if (status >= 300 && status < 400) throw new Problem('redirected')
    if (how.statusOnly) return { ok: true, status, headers: single(headers), text: '' }
    const [type = ''] = (headers['content-type'] ?? '').split(';')
    if (status < 300 && how.accept?.includes(type.trim().toLowerCase()) === false) throw new Problem('type_wrong')
    const limit = how.limit ?? limitUnlessGiven
    if (Number(headers['content-length'] ?? 0) > limit) throw new Problem('too_large')
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of response) {
      length += chunk.length
      if (length > limit) throw new Problem('too_large')
      chunks.push(chunk)
    }
    return { ok: true, status, headers: single(headers), text: Buffer.concat(chunks).toString() }
  } finally {
    response.destroy()
  }
}

const single = (headers: IncomingMessage['headers']): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))

const rejection = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Problem('too_slow')), { once: true })
  })

function problemOf(error: unknown): OutgoingProblem {
  if (error instanceof Problem) return error.problem
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /CERT|SSL|TLS|SIGNATURE|ISSUER/.test(code) ? 'untrusted' : 'unreachable'
}
