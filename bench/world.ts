/**
 * What all servers of the bench serve alike: the same people, clients, resources, lifetimes and keys, so that each
 * does the same work for the same answer.
 */
import { argon2Sync, generateKeyPairSync, randomBytes } from 'node:crypto'

export type Jwk = Readonly<Record<string, unknown>>

/** Written to a file once for each run, and read by every server and by the load. */
export interface World {
  readonly passwordHash: string
  /** Of the client that signs assertions. */
  readonly clientKey: { readonly private: Jwk; readonly public: Jwk }
  /** Private keys of the issuers that take them from here. */
  readonly signingKeys: Readonly<Record<'ES256' | 'RS256', Jwk>>
  readonly cookieSecret: string
}

/** What one server process is told. */
export interface Launch {
  readonly issuer: string
  readonly port: number
  /** `sqlite:PATH` or `postgres://…`. */
  readonly storage: string
  readonly world: World
}

export const connections = 10
export const password = 'print my photos'
export const secret = 'a-secret-that-is-long-enough-for-the-bench'
export const callback = 'https://app.example/callback'

export const resources = {
  opaque: { name: 'https://archive.example', scope: 'archive:read', format: 'opaque', algorithm: undefined },
  es256: { name: 'https://library.example', scope: 'photos:read', format: 'jwt', algorithm: 'ES256' },
  rs256: { name: 'https://press.example', scope: 'sheets:read', format: 'jwt', algorithm: 'RS256' },
} as const

export const robotScope = 'archive:read photos:read sheets:read'
export const openidScope = 'openid profile email offline_access'
export const webScope = `${openidScope} archive:read`

export const lifetimes = { code: 60, accessToken: 3_600, idToken: 3_600, refreshToken: 30 * 86_400, session: 43_200 }

export const people = Array.from({ length: 8 }, (_, at) => ({
  sub: `person-${at}`,
  username: `person${at}`,
  email: `person${at}@example.com`,
  claims: { name: `Person ${at}`, email_verified: true },
}))

export function makeWorld(): World {
  const clientKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const named = (key: object, alg: string) => ({ ...key, kid: alg, alg, use: 'sig' })
  return {
    passwordHash: hashPassword(password),
    clientKey: {
      private: named(clientKey.privateKey.export({ format: 'jwk' }), 'ES256'),
      public: named(clientKey.publicKey.export({ format: 'jwk' }), 'ES256'),
    },
    signingKeys: {
      ES256: named(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), 'ES256'),
      RS256: named(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), 'RS256'),
    },
    cookieSecret: randomBytes(32).toString('hex'),
  }
}

/** argon2id as OWASP asks for it: 19 MiB, 2 passes. */
export const argon = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const

function hashPassword(message: string): string {
  const nonce = randomBytes(16)
  const tag = argon2Sync('argon2id', { message, nonce, ...argon })
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${argon.memory},t=${argon.passes},p=${argon.parallelism}$${text(nonce)}$${text(tag)}`
}
