/** Certificates are kept as long as they are good for their host. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { certificateIn } from '../src/certificates.ts'

describe('a certificate of the example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-certificates-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const made = async (host: string) => {
    const { cert, key } = await certificateIn(folder, 'server', host)
    return { certificate: new X509Certificate(readFileSync(cert)), key: readFileSync(key, 'utf8') }
  }

  it('names its host, by name or by address, and is kept while that stays the same', async () => {
    const first = await made('host.docker.internal')
    assert.equal(first.certificate.checkHost('host.docker.internal'), 'host.docker.internal')
    const again = await made('host.docker.internal')
    assert.equal(again.certificate.fingerprint256, first.certificate.fingerprint256)
    assert.equal(again.key, first.key)
    const other = await made('127.0.0.1')
    assert.equal(other.certificate.checkIP('127.0.0.1'), '127.0.0.1')
    assert.notEqual(other.certificate.fingerprint256, first.certificate.fingerprint256)
  })
})
