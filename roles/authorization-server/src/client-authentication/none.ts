/**
 * No authentication: a public client says who it is, and nobody relies on it (RFC 6749 §2.3, §3.2.1).
 */
import { allow, refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import type { Method } from './method.ts'

export const none: Method = {
  names: ['none'],
  used: ({ form }) => one(form, 'client_id') !== undefined,
  read({ form }) {
    const clientId = one(form, 'client_id')
    return clientId === undefined
      ? refuse('client_authentication_missing')
      : allow({ clientId, prove: () => undefined })
  },
}
