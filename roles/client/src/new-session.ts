/** From an answer that step 3 allowed to the session of whoever signed in: steps 4 and 5, and what is recorded of them. */
import { randomBytes } from 'node:crypto'
import { one } from '@symbolon/protocol/parameters'
import { type Attempt, attemptId } from './attempts.ts'
import { AuthError } from './errors.ts'
import { redeem } from './grants/authorization-code.ts'
import { digestOfNonce } from './id-token-rules.ts'
import type { Connection } from './providers/provider.ts'
import { refusedBy } from './record.ts'
import { authenticationIn, type SessionRecord } from './sessions/session.ts'
import type { Core } from './settings.ts'

export interface Redeeming {
  readonly connection: Connection
  readonly params: URLSearchParams
  readonly attempt: Attempt
}

/** The new session, or why there is none. */
type Redeemed = { readonly record: SessionRecord } | { readonly refused: Pick<AuthError, 'code' | 'expected' | 'got'> }

/** What became of an attempt. */
export type Spent = Redeemed & {
  /** Digest of the answer that was redeemed. */
  readonly code: string
}

/** Throws when trying again may help. */
export async function newSession(core: Core, { connection, params, attempt }: Redeeming): Promise<Redeemed> {
  const { now, recorder, sessionLifetime } = core
  const began = now()
  const about = { flow: attempt.flow, band: 'token', began, client: connection.client.client_id } as const
  const asked = {
    ...about,
    step: 4,
    from: 'client',
    to: 'authorization-server',
    what: 'code sent to the token endpoint',
  } as const
  const answered = { ...about, step: 5, from: 'authorization-server', to: 'client', what: 'tokens validated' } as const
  recorder({ ...asked, outcome: 'ok', params: [...params].filter(([each]) => each === 'code') })
  try {
    const { tokens, scopes, user, claims = {}, idToken } = await redeem(connection, { params, attempt, now })
    if (attempt.sub !== undefined && user.sub !== attempt.sub) {
      throw new AuthError('userinfo_invalid', { expected: 'the person who is signed in', got: 'another person' })
    }
    const { issuer } = connection.provider
    recorder({ ...answered, outcome: 'ok', result: { scope: scopes.join(' ') }, person: { issuer, sub: user.sub } })
    const record: SessionRecord = {
      // nothing that the browser held before names the new session
      id: randomBytes(32).toString('base64url'),
      flow: attempt.flow,
      attempt: attemptId(attempt.state),
      returnTo: attempt.returnTo,
      provider: attempt.provider,
      issuer,
      user,
      scopes,
      expiresAt: Math.floor(now() / 1000) + sessionLifetime,
      tokens,
      idToken,
      authentication: authenticationIn(claims),
      nonce: digestOfNonce(attempt.nonce),
      begunAt: now(),
      sid: typeof claims.sid === 'string' ? claims.sid : undefined,
      sessionState: one(params, 'session_state')?.slice(0, 300),
    }
    return { record }
  } catch (error) {
    recorder({ ...answered, outcome: 'refused', refused: refusedBy(error) })
    if (!(error instanceof AuthError) || error.code === 'provider_unavailable') throw error
    const { code, expected, got } = error
    return { refused: { code, expected, got } }
  }
}
