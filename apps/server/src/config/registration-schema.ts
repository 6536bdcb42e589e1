/** Whether clients may register themselves (RFC 7591), and how many. */
import { choice, duration, listOf, whole } from './kinds.ts'
import { defaulted, record } from './record.ts'
import { secret } from './reference.ts'
import { installationSecretRules } from './secrets.ts'

export const registrationFields = {
  mode: defaulted(
    choice(['off', 'open', 'token']),
    'off',
    '`open`: anybody may register an app, which people are warned of; `token`: whoever has one of `tokens` or of `symbolon invitations`.',
  ),
  tokens: defaulted(
    listOf(secret(installationSecretRules)),
    [],
    'Initial access tokens for any number of apps: at least 32 random characters each, best as references. `symbolon invitations` makes others.',
    'none',
  ),
  perHour: defaulted(
    whole(1, 100_000),
    20,
    'How many apps may be registered without a token from one network in an hour.',
  ),
  unused: defaulted(
    duration('1h', '3650d'),
    30 * 86_400,
    'After so long an app that was registered without a token is forgotten, unless somebody uses it.',
    '`30d`',
  ),
}

export const registrationKind = record(registrationFields, { what: 'registration' })
