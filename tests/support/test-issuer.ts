/** A small issuer for tests: publishes metadata and keys on loopback, mints any token, answers introspection. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface TestIssuer extends AsyncDisposable {
  readonly url: string
  /** What is served; a test changes it to play an issuer that rotates, lies or fails. */
  readonly serves: {
    metadata: Record<string, unknown>
    /** Paths that answer with the metadata. */
    places: string[]
    keys: JWK[]
    introspect: (token: string) => unknown
    /** A status with which everything is answered instead. */
    failing: number | undefined
  }
  /** `METHOD /path` of every request received. */
  readonly requests: string[]
  readonly introspections: { readonly authorization: string | undefined; readonly body: string }[]
  readonly keys: Readonly<Record<'ES256' | 'RS256', TestKey>>
  /** A good access token, but for what the test changes. */
  readonly token: (change?: TokenChange) => Promise<string>
}

export interface TestKey {
  readonly kid: string
  readonly algorithm: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export interface TokenChange {
  /** Claims to set; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: TestKey
  readonly audience?: string
  readonly scope?: string
}

export async function makeKey(algorithm: string, kid: string): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  return {
    kid,
    algorithm,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' },
  }
}

export async function startTestIssuer({ path = '' } = {}): Promise<TestIssuer> {
  const keys = { ES256: await makeKey('ES256', 'es'), RS256: await makeKey('RS256', 'rs') }
  const requests: string[] = []
  const introspections: { authorization: string | undefined; body: string }[] = []
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    requests.push(`${request.method} ${pathname}`)
    const send = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (serves.failing !== undefined) return send(serves.failing, {})
    if (serves.places.includes(pathname)) return send(200, serves.metadata)
    if (pathname === '/jwks') return send(200, { keys: serves.keys })
    if (pathname === '/introspect') {
      introspections.push({ authorization: request.headers.authorization, body })
      return send(200, serves.introspect(new URLSearchParams(body).get('token') ?? ''))
    }
    return send(404, {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const url = `${origin}${path}`
  const serves: TestIssuer['serves'] = {
    metadata: { issuer: url, jwks_uri: `${origin}/jwks`, introspection_endpoint: `${origin}/introspect` },
    places: [`${path}/.well-known/openid-configuration`],
    keys: [keys.ES256.publicJwk, keys.RS256.publicJwk],
    introspect: () => ({ active: false }),
    failing: undefined,
  }
  return {
    url,
    serves,
    requests,
    introspections,
    keys,
    token({ claims = {}, header = {}, key = keys.ES256, audience = 'https://api.example', scope = 'notes:read' } = {}) {
      const now = Math.floor(Date.now() / 1000)
      const all: Record<string, unknown> = {
        iss: url,
        aud: audience,
        sub: 'person-1',
        client_id: 'client-1',
        iat: now,
        exp: now + 300,
        jti: crypto.randomUUID(),
        scope,
        ...claims,
      }
      const written = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
      return new SignJWT(written)
        .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'at+jwt', ...header })
        .sign(key.privateKey)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
