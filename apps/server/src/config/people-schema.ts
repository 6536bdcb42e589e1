/** The people in the configuration, and what an app may learn of them (OpenID Connect Core §5.1). */

import { pageRules } from '@symbolon/authorization-server/registration/addresses'
import { choice, flag, text, whole } from './kinds.ts'
import { optional, record, required } from './record.ts'
import { secret } from './reference.ts'
import { passwordRules } from './secrets.ts'

const word = text('a text')
const page = text('an address', { rules: pageRules, schema: { format: 'uri' } })

export const emailText = text('an email address', {
  rules: [{ broken: (value) => !/^[^\s@]+@[^\s@]+$/.test(value) || value.length > 320, expected: 'an email address' }],
  schema: { format: 'email' },
})

const phone = text('a telephone number', {
  rules: [
    { broken: (value) => !/^\+[0-9 ()-]{5,30}(;ext=\d+)?$/.test(value), expected: 'a number as +1 604 555 1234' },
  ],
})

const date = text('a date', {
  rules: [
    { broken: (value) => !/^(\d{4}|\d{4}-\d{2}-\d{2})$/.test(value), expected: 'a date as 1990-12-31, or a year' },
  ],
})

const localeText = text('a language', {
  rules: [{ broken: (value) => !isLocale(value), expected: 'a language tag as de or pt-BR (BCP 47)' }],
})

export function isLocale(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1
  } catch {
    return false
  }
}

const addressFields = {
  formatted: optional(word, 'The whole address, with line breaks.'),
  street_address: optional(word, 'Street and number.'),
  locality: optional(word, 'The town.'),
  region: optional(word, 'The state or province.'),
  postal_code: optional(word, 'As a text.'),
  country: optional(word, 'The country.'),
}

export const claimFields = {
  name: optional(word, 'The full name.'),
  given_name: optional(word, 'First names.'),
  family_name: optional(word, 'Last names.'),
  middle_name: optional(word, 'Middle names.'),
  nickname: optional(word, 'What friends say.'),
  preferred_username: optional(word, 'What to call them.'),
  profile: optional(page, 'Their page.'),
  picture: optional(page, 'Their picture.'),
  website: optional(page, 'Their site.'),
  gender: optional(word, '`female`, `male` or any other text.'),
  birthdate: optional(date, '`1990-12-31`, or the year.'),
  zoneinfo: optional(word, '`Europe/Lisbon`.'),
  locale: optional(localeText, '`pt-PT`; also the language of their pages.'),
  updated_at: optional(whole(0, Number.MAX_SAFE_INTEGER), 'When these were last changed, in epoch seconds.'),
  email: optional(emailText, "The person's `email` unless given."),
  email_verified: optional(flag, 'Whether it is known to be theirs.'),
  phone_number: optional(phone, '`+1 604 555 1234`.'),
  phone_number_verified: optional(flag, 'Whether it is known to be theirs.'),
  address: optional(record(addressFields, { what: 'an address' }), 'The postal address.'),
}

export const personFields = {
  username: required(
    text('a user name', {
      rules: [
        {
          broken: (value) => /[\s@\p{C}]/u.test(value) || value.length > 255,
          expected: 'a user name of up to 255 characters, without spaces and @',
        },
      ],
    }),
    'What they sign in with.',
  ),
  email: optional(emailText, 'Also good for signing in.'),
  password: optional(
    secret(passwordRules),
    'A hash from `symbolon hash-password`; plain for demos; or a reference to either.',
  ),
  sub: optional(
    text('an identifier', {
      rules: [
        { broken: (value) => !/^[\x21-\x7e]{1,255}$/.test(value), expected: 'up to 255 ASCII characters, no spaces' },
      ],
    }),
    'How clients know them, for ever. Made at the first start unless given.',
  ),
  claims: optional(
    record(claimFields, { what: 'the standard claims', elsewhere: { sub: 'it stands beside claims, not in them' } }),
    'What apps may learn, under the scopes `profile`, `email`, `address` and `phone`.',
  ),
  disabled: optional(flag, 'Keeps them from signing in without forgetting them.'),
}

export const personKind = record(personFields, { what: 'a person' })

export const riskKind = choice(['low', 'normal', 'high'])
