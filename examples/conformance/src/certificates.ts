/** Certificates for both sides, made once and kept, so that what trusts them goes on trusting them. */
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { generate } from 'selfsigned'

export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

const days = 365
const day = 86_400_000

/** The files of this name in the folder, made anew when they are for another host or near their end. */
export async function certificateIn(folder: string, name: string, host: string): Promise<CertificateFiles> {
  const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  if (isGood(files, host)) return files
  const made = await generate([{ name: 'commonName', value: host }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + days * day),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host }],
      },
    ],
  })
  writeFileSync(files.cert, made.cert)
  writeFileSync(files.key, made.private, { mode: 0o600 })
  return files
}

function isGood({ cert, key }: CertificateFiles, host: string): boolean {
  if (!existsSync(cert) || !existsSync(key)) return false
  const certificate = new X509Certificate(readFileSync(cert))
  const named = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)
  return named !== undefined && Date.parse(certificate.validTo) - Date.now() > 7 * day
}
