/** Requests that come as a JWT, in the request itself or from an address that the suite serves. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { newBrowser } from '../browser.ts'
import { withRegistered } from '../dynamic.ts'
import { startHarness } from '../harness.ts'
import type { Asked, Party } from '../party.ts'
import { every, testModule } from '../variants.ts'

describe('request objects', async () => {
  const harness = await startHarness()
  const known = newBrowser(harness)

  /** The suite says what is asked, and nothing besides: no issuer, no audience, no names of keys. */
  const unsigned = ({ parameters }: Asked) => new UnsecuredJWT(parameters).encode()

  /** The suite repeats outside what OpenID Connect Core §6.1 wants there. */
  const around = ({ parameters }: Asked, more: Readonly<Record<string, string>>) => {
    const { client_id = '', response_type = '', redirect_uri = '', scope = '' } = parameters
    const outside = new URLSearchParams({ client_id, response_type, redirect_uri, scope, ...more })
    return `${harness.endpoint('authorization_endpoint')}?${outside}`
  }

  const supportsUnsigned = () =>
    (harness.metadata.request_object_signing_alg_values_supported as readonly string[]).includes('none')

  /** With a digest of something else, as the suite makes it before it knows what will be there. */
  const address = () => {
    const digest = createHash('sha256').update(randomBytes(64)).digest('base64url')
    return { path: `/requesturi/${randomBytes(48).toString('hex')}`, fragment: `#${digest}` }
  }

  const serve = (path: string, body: string) =>
    harness.suite.serve(path, { body, type: 'application/oauth-authz-req+jwt' })

  testModule(
    'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
    every,
    harness,
    async (party) => {
      assert.equal(harness.metadata.request_parameter_supported, true)
      assert.ok(supportsUnsigned())
      const asked = party.ask()
      const { answer } = await known.visit(around(asked, { request: unsigned(asked) }))
      await party.finish(answer, asked)
    },
  )

  testModule('oidcc-ensure-request-object-with-redirect-uri', every, harness, async (party) => {
    const asked = party.ask()
    const elsewhere = `${party.client.redirectUri}/elsewhere`
    const url = around(asked, { request: unsigned(asked), redirect_uri: elsewhere })
    const { answer } = await known.visit(url)
    await party.finish(answer, asked)
  })

  const unsignedByReference = async (party: Party, path: string, fragment: string) => {
    assert.equal(harness.metadata.request_uri_parameter_supported, true)
    const asked = party.ask()
    const uri = serve(path, unsigned(asked))
    const { answer } = await known.visit(around(asked, { request_uri: `${uri}${fragment}` }))
    await party.finish(answer, asked)
  }

  for (const module of [
    'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
    'oidcc-request-uri-unsigned',
  ])
    for (const responseType of every)
      it(`${module} [${responseType}]`, () => {
        const { path, fragment } = address()
        const request_uris = [`${harness.suite.base}${path}${fragment}`]
        return withRegistered(harness, { responseType, request_uris }, (party) =>
          unsignedByReference(party, path, fragment),
        )
      })

  for (const responseType of every)
    it(`oidcc-request-uri-signed-rs256 [${responseType}]`, async () => {
      const algorithms = harness.metadata.request_object_signing_alg_values_supported
      assert.ok(Array.isArray(algorithms) && algorithms.includes('RS256'))
      const { publicKey, privateKey } = await generateKeyPair('RS256')
      const { path, fragment } = address()
      const metadata = {
        responseType,
        request_uris: [`${harness.suite.base}${path}${fragment}`],
        request_object_signing_alg: 'RS256',
        jwks: { keys: [{ ...(await exportJWK(publicKey)), use: 'sig', alg: 'RS256' }] },
      }
      await withRegistered(harness, metadata, async (party) => {
        const asked = party.ask()
        const jwt = await new SignJWT(asked.parameters).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)
        const { answer } = await known.visit(around(asked, { request_uri: `${serve(path, jwt)}${fragment}` }))
        await party.finish(answer, asked)
      })
    })
})
