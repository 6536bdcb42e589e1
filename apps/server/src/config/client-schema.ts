/** A client in the configuration: its keys (`client-fields.ts`) and what must fit together (`client-rules.ts`). */
import { clientFields } from './client-fields.ts'
import { clientRules } from './client-rules.ts'
import { record } from './record.ts'

export const localizedKeys = ['client_name', 'client_uri', 'logo_uri', 'policy_uri', 'tos_uri'] as const

export const clientKind = record(clientFields, {
  what: 'a client',
  rules: clientRules,
  localized: localizedKeys,
  elsewhere: {
    jwks_uri: 'give the keys themselves in jwks; none are fetched',
    redirect_uri: 'did you mean redirect_uris, a list?',
    name: 'did you mean client_name?',
    secret: 'did you mean client_secret?',
    scopes: 'did you mean scope, one text with spaces?',
  },
})
