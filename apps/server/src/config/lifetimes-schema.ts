/** How long things live, each within bounds that the standards and good sense set. */
import { duration } from './kinds.ts'
import { defaulted, type ReadRecord, type RecordRule, record } from './record.ts'

export const lifetimeFields = {
  code: defaulted(duration('10s', '10m'), 60, 'An authorization code.', '`60s`'),
  accessToken: defaulted(duration('10s', '1d'), 600, 'An access token.', '`10m`'),
  idToken: defaulted(duration('10s', '1d'), 600, 'An ID token.', '`10m`'),
  refreshTokenIdle: defaulted(duration('1m', '3650d'), 30 * 86_400, 'A refresh token that lies unused.', '`30d`'),
  refreshToken: defaulted(duration('1m', '3650d'), 365 * 86_400, 'All refresh tokens of one authorization.', '`365d`'),
  refreshRetryWindow: defaulted(
    duration(0, '1h'),
    120,
    'For how long a replaced refresh token, presented again, gets the same successor.',
    '`120s`',
  ),
  interaction: defaulted(duration('1m', '1d'), 3_600, 'The pages between request and answer.', '`1h`'),
  session: defaulted(duration('1m', '365d'), 12 * 3_600, 'A sign-in.', '`12h`'),
  keptSession: defaulted(duration('1m', '365d'), 30 * 86_400, 'A sign-in with "Keep me signed in".', '`30d`'),
  signingKey: defaulted(duration('1h', '3650d'), 90 * 86_400, 'A signing key, until the next one takes over.', '`90d`'),
  jwksCache: defaulted(
    duration('10s', '1d'),
    600,
    'How long verifiers may cache the keys; a new key is published that long before it signs.',
    '`10m`',
  ),
}

const lifetimeRules: readonly RecordRule<ReadRecord<typeof lifetimeFields>>[] = [
  {
    key: 'refreshTokenIdle',
    broken: ({ refreshTokenIdle, refreshToken }) => refreshTokenIdle > refreshToken,
    expected: 'a time no longer than lifetimes.refreshToken',
    got: 'a longer one',
  },
  {
    key: 'session',
    broken: ({ session, keptSession }) => session > keptSession,
    expected: 'a time no longer than lifetimes.keptSession',
    got: 'a longer one',
  },
  {
    key: 'jwksCache',
    broken: ({ jwksCache, signingKey }) => jwksCache * 2 > signingKey,
    expected: 'at most half of lifetimes.signingKey',
    got: 'more',
  },
]

export const lifetimesKind = record(lifetimeFields, { what: 'lifetimes', rules: lifetimeRules })
