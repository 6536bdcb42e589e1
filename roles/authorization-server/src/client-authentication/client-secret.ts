/**
 * Client secrets, in the Authorization header (`client_secret_basic`) or in the body (`client_secret_post`).
 *
 * They are random and long, which is what keeps them from being guessed and lets a plain hash stand for them. Whoever
 * guesses nevertheless waits: `guesses.ts`.
 *
 * @see RFC 6749 §2.3.1, RFC 7617 §2
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { allow, type Decision, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear, hidden } from '@symbolon/protocol/evidence'
import { one } from '@symbolon/protocol/parameters'
import type { Client } from '../client.ts'
import { once } from '../once.ts'
import type { Seconds } from '../ports/records.ts'
import type { Credentials, Method } from './method.ts'

interface KnownSecret {
  /** The text of the hash. */
  readonly hash: Uint8Array
  readonly expiresAt: Seconds | null
}

const secretsOf = once((secrets: Client['secrets']): readonly KnownSecret[] =>
  secrets.map(({ hash, expiresAt }) => ({ hash: Buffer.from(hash), expiresAt })),
)

/** What an unknown client's secret is compared with: the hash of nothing anybody can send. */
const nobody: Client['secrets'] = [{ hash: '0'.repeat(43), expiresAt: null }]

export interface SecretCheck {
  readonly secret: string
  /** The client's. */
  readonly secrets: readonly KnownSecret[]
  /** Those of them that it is. */
  readonly matching: readonly KnownSecret[]
  readonly now: Seconds
}

export const secretRules: readonly Rule<SecretCheck>[] = [
  {
    reason: 'client_secret_wrong',
    broken: ({ matching }) => matching.length === 0,
    seen: ({ secret, secrets }) => {
      const trimmed = secret !== secret.trim() && matchingOf(secrets, secret.trim()).length > 0
      return { got: trimmed ? clear('the secret with white space around it') : hidden(secret) }
    },
  },
  {
    reason: 'client_secret_expired',
    broken: ({ matching, now }) => matching.every(({ expiresAt }) => expiresAt !== null && expiresAt <= now),
  },
]

/** Compares with every secret, so that the time taken says nothing about which one it was. */
function matchingOf(secrets: readonly KnownSecret[], presented: string): readonly KnownSecret[] {
  if (presented === '') return []
  const digest = Buffer.from(hash('sha256', presented, 'base64url'))
  return secrets.filter(({ hash }) => hash.length === digest.length && timingSafeEqual(hash, digest))
}

const credentials = (clientId: string, secret: string): Credentials => ({
  clientId,
  secret,
  prove: ({ client, now, trail }) => {
    const secrets = secretsOf(client?.secrets ?? nobody)
    return trail.apply(secretRules, { secret, secrets, matching: matchingOf(secrets, secret), now })
  },
})

export const clientSecretBasic: Method = {
  names: ['client_secret_basic'],
  used: ({ authorization }) => authorization !== undefined,
  read({ authorization = '', form }) {
    const basic = readBasic(authorization)
    // Many clients repeat client_id in the body; it may only say the same.
    const repeated = one(form, 'client_id')
    const differs = basic.ok && repeated !== undefined && repeated !== basic.value.clientId
    return differs ? refuse('client_authentication_malformed') : basic
  },
}

export const clientSecretPost: Method = {
  names: ['client_secret_post'],
  used: ({ form }) => one(form, 'client_secret') !== undefined,
  read({ form }) {
    const clientId = one(form, 'client_id')
    const secret = one(form, 'client_secret')
    return clientId === undefined || secret === undefined
      ? refuse('client_authentication_missing')
      : allow(credentials(clientId, secret))
  },
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Both halves are form-encoded before they are joined by the first colon. */
function readBasic(authorization: string): Decision<Credentials> {
  const malformed = refuse('client_authentication_malformed')
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? []
  if (encoded === undefined) return malformed
  try {
    const text = utf8.decode(Buffer.from(encoded, 'base64'))
    const colon = text.indexOf(':')
    const clientId = formDecode(text.slice(0, colon))
    return colon < 1 || clientId === '' ? malformed : allow(credentials(clientId, formDecode(text.slice(colon + 1))))
  } catch {
    return malformed
  }
}

const formDecode = (text: string): string => (/[%+]/.test(text) ? decodeURIComponent(text.replaceAll('+', ' ')) : text)
