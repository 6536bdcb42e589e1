/** A client in the configuration: its keys (`client-fields.ts`) and what must fit together (`client-rules.ts`). */
import { localizedMembers } from '@symbolon/authorization-server/registration/members'
import { clientFields } from './client-fields.ts'
import { clientRules } from './client-rules.ts'
import { record } from './record.ts'

export const clientKind = record(clientFields, {
  what: 'a client',
  rules: clientRules,
  localized: localizedMembers,
  elsewhere: {
    redirect_uri: 'did you mean redirect_uris, a list?',
    name: 'did you mean client_name?',
    secret: 'did you mean client_secret?',
    scopes: 'did you mean scope, one text with spaces?',
  },
})
