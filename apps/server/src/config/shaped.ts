/** The shapes that registration checks values by, as kinds of the configuration: read, reported and published alike. */
import { keyTypes, privateMembers, type Shape, type ValueOf } from '@symbolon/authorization-server/registration/shapes'
import { choice, flag, isMap, type Kind, listOf, text, whole, wrong, wrongSecret } from './kinds.ts'
import { optional, record } from './record.ts'

type PublicJwk = Readonly<Record<string, unknown>>

const publicKey: Kind<PublicJwk, PublicJwk> = {
  expected: 'a public key as JWK',
  schema: {
    type: 'object',
    properties: { kty: { enum: keyTypes }, kid: { type: 'string' } },
    required: ['kty'],
    not: { anyOf: privateMembers.map((member) => ({ required: [member] })) },
  },
  read: (value, path, reading) => {
    if (!isMap(value)) return wrongSecret(value, path, reading, 'a public key as JWK')
    if (privateMembers.some((member) => Object.hasOwn(value, member)) || value.kty === 'oct') {
      reading.report({ path, on: 'value', expected: 'a public key', got: 'one with its private part' })
      return undefined
    }
    return typeof value.kty === 'string' && keyTypes.includes(value.kty)
      ? value
      : wrong(value.kty, [...path, 'kty'], reading, 'one of EC, RSA, OKP')
  },
}

const keySet = record(
  { keys: optional(listOf(publicKey, 1), 'Public keys as JWK.') },
  { what: 'a key set', rules: [{ broken: ({ keys }) => !keys, key: 'keys', expected: 'keys', got: 'none' }] },
)

type AnyKind = Kind<never, unknown>

const plain = (shape: Shape): AnyKind => {
  switch (shape.is) {
    case 'text':
      return text(shape.what, {
        rules: shape.rules,
        schema: shape.format === undefined ? {} : { format: shape.format },
      })
    case 'choice':
      return choice(shape.of)
    case 'flag':
      return flag
    case 'whole':
      return whole(shape.least, shape.most)
    case 'keys':
      return keySet
    case 'list':
      return listOf(plain(shape.of), shape.least)
  }
}

/** Shape and value are one type, which the cases above keep and a switch can't tell. */
export const kindOf = <S extends Shape>(shape: S): Kind<ValueOf<S>, ValueOf<S>> =>
  plain(shape) as Kind<ValueOf<S>, ValueOf<S>>
