/**
 * What is added to the suite's own compose file: it can reach this server by the issuer's name, and serves its own
 * pages with a certificate that this server trusts.
 */
import type { CertificateFiles } from './certificates.ts'

export function suiteCompose(issuer: string, { cert, key }: CertificateFiles): string {
  const host = new URL(issuer).hostname
  return `\
services:
  server:
    extra_hosts:
      - ${JSON.stringify(`${host}:host-gateway`)}
  nginx:
    volumes:
      - ${JSON.stringify(`${cert}:/etc/ssl/certs/nginx-selfsigned.crt:ro`)}
      - ${JSON.stringify(`${key}:/etc/ssl/private/nginx-selfsigned.key:ro`)}
`
}
