/** What listening needs to be right before it is tried: certificates, keys and networks. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

export function certificateFrom(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** Whether `pem` is the private key that belongs to the certificate; anything about a broken one is not asked. */
export function isKeyOf(certificate: X509Certificate | undefined, pem: string): boolean {
  try {
    const key = createPrivateKey(pem)
    return certificate?.checkPrivateKey(key) ?? true
  } catch {
    return false
  }
}

const hostName = /^(?!\d+(\.\d+)*$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i

/** What else would be a number is a mistyped address, and no host. */
export const isHostOrNetwork = (value: string): boolean => isNetwork(value) || hostName.test(value)

/** An address, or one with the length of a network's prefix. */
export function isNetwork(value: string): boolean {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(value) ?? []
  const family = isIP(address)
  return family !== 0 && Number(length ?? 0) <= (family === 4 ? 32 : 128)
}
