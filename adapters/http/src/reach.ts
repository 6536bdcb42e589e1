/**
 * Which addresses a request that a stranger caused may go to: those of the public internet, and what is allowed by name.
 *
 * @see RFC 6890 and the IANA registries of special-purpose addresses
 */
import { BlockList, isIP } from 'node:net'

/** No machine of the public internet has one of these. */
const special4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, what is reserved, and broadcast.
  ['224.0.0.0', 3],
] as const

/** Within the addresses for machines, those that carry an IPv4 address in them or are for documents. */
const special6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

const special = new BlockList()
for (const [net, length] of special4) special.addSubnet(net, length, 'ipv4')
for (const [net, length] of special6) special.addSubnet(net, length, 'ipv6')

/** Everything else is loopback, link-local, unique-local, multicast, mapped or translated (NAT64). */
const machines6 = new BlockList()
machines6.addSubnet('2000::', 3, 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

export interface Reach {
  readonly mayReach: (address: string, host: string) => boolean
  readonly isLoopback: (address: string) => boolean
  /** It stands by its name among what is allowed. */
  readonly isAllowed: (host: string) => boolean
}

/** `allow`: hosts, addresses and networks that may be reached although they are not public. */
export function createReach(allow: readonly string[], development: boolean): Reach {
  const networks = new BlockList()
  const hosts = new Set<string>()
  for (const entry of allow) {
    const [address = '', length] = entry.split('/')
    const family = isIP(address)
    if (family === 0) hosts.add(entry.toLowerCase())
    else networks.addSubnet(address, Number(length ?? (family === 4 ? 32 : 128)), familyOf(address))
  }
  const isLoopback = (address: string) => within(loopback, address)
  return {
    isLoopback,
    isAllowed: (host) => hosts.has(host),
    mayReach: (address, host) =>
      hosts.has(host) || within(networks, address) || (development && isLoopback(address)) || isPublic(address),
  }
}

const isPublic = (address: string): boolean =>
  isIP(address) === 6
    ? within(machines6, address) && !within(special, address)
    : isIP(address) === 4 && !within(special, address)

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** An address with a zone is on a link of this machine: in no list. */
const within = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && !address.includes('%') && list.check(address, familyOf(address))
