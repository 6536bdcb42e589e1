/**
 * Asking the issuer about an opaque token.
 *
 * @see RFC 7662 §2.1 (request), §2.2 (response), §4 (caching)
 */
import { createHash } from 'node:crypto'
import { type Fetch, fetchJson } from './fetch-json.ts'
import type { IntrospectionSettings } from './settings.ts'

export type Answer = Readonly<Record<string, unknown>>

export interface Introspection {
  /** @throws GuardError `issuer_unavailable` when there is no answer to rely on. */
  readonly ask: (token: string) => Promise<Answer>
}

const mostRemembered = 1_000

export function createIntrospection({
  settings,
  findEndpoint,
  fetch,
  now,
}: {
  readonly settings: IntrospectionSettings
  readonly findEndpoint: () => Promise<string>
  readonly fetch: Fetch
  readonly now: () => number
}): Introspection {
  const keptFor = (settings.cacheSeconds ?? 0) * 1000
  const remembered = new Map<string, { readonly answer: Answer; readonly until: number }>()
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  const credentials = Buffer.from(`${encode(settings.clientId)}:${encode(settings.clientSecret)}`).toString('base64')

  const remember = (key: string, answer: Answer): void => {
    const expiry = typeof answer.exp === 'number' ? answer.exp * 1000 : Number.POSITIVE_INFINITY
    const until = Math.min(now() + keptFor, expiry)
    if (answer.active !== true || until <= now()) return
    const oldest = remembered.size >= mostRemembered ? remembered.keys().next().value : undefined
    if (oldest !== undefined) remembered.delete(oldest)
    remembered.set(key, { answer, until })
  }

  return {
    async ask(token) {
      const key = keptFor > 0 ? createHash('sha256').update(token).digest('base64url') : ''
      const known = remembered.get(key)
      if (known && known.until > now()) return known.answer
      remembered.delete(key)
      const answer = await fetchJson(fetch, await findEndpoint(), {
        method: 'POST',
        headers: { authorization: `Basic ${credentials}` },
        body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
      })
      remember(key, answer)
      return answer
    },
  }
}
