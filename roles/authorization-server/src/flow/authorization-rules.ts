/**
 * The rules of the authorization request, in the order in which they are applied: first those whose breaking only the
 * person can be told, then those that the client hears of.
 *
 * Parameters that are not served and would change the meaning of a request are refused by their own errors; `claims`,
 * `acr_values`, `display`, `claims_locales` and anything unknown is ignored, as the standards ask.
 *
 * @see RFC 6749 §3.1 and §4.1.2.1, RFC 7636 §4.4.1, OpenID Connect Core §3.1.2.1, §3.1.2.6 and §15.1
 */
import type { Rule } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { list, one, repeated } from '@symbolon/protocol/parameters'
import { isChallenge } from '@symbolon/protocol/pkce'
import { isScope } from '@symbolon/protocol/scope'
import type { Client } from '../client.ts'
import { isResponseMode, responseModesSupported } from './3-authorization-response.ts'

/**
 * The longest values taken. A request waits in a cookie while the person reads, and a browser keeps 4,096 bytes of one,
 * so `1-authorization-request.ts` also bounds the whole.
 */
export const limits = {
  client_id: 500,
  redirect_uri: 2_000,
  state: 2_000,
  nonce: 512,
  scope: 1_500,
  resource: 500,
  login_hint: 320,
  ui_locales: 200,
  id_token_hint: 8_000,
} as const

const resourcesAtMost = 10

export interface Recipient {
  readonly params: URLSearchParams
  readonly client: Client | undefined
}

export interface AskedRequest {
  readonly params: URLSearchParams
  readonly client: Client
  readonly hint: Readonly<Record<string, unknown>> | undefined
}

export const recipientRules: readonly Rule<Recipient>[] = [
  {
    reason: 'parameter_repeated',
    broken: ({ params }) => repeatedOf(params).some((name) => name === 'client_id' || name === 'redirect_uri'),
    seen: ({ params }) => ({ got: clear(repeatedOf(params)) }),
  },
  {
    reason: 'client_unknown',
    broken: ({ client }) => client === undefined,
    seen: ({ params }) => ({ got: clear(one(params, 'client_id')) }),
  },
  { reason: 'client_disabled', broken: ({ client }) => client?.disabled === true },
]

export const requestRules: readonly Rule<AskedRequest>[] = [
  {
    reason: 'parameter_repeated',
    broken: ({ params }) => repeatedOf(params).length > 0,
    seen: ({ params }) => ({ got: clear(repeatedOf(params)) }),
  },
  {
    reason: 'parameter_too_long',
    broken: ({ params }) => tooLong(params) !== undefined,
    seen: ({ params }) => ({ got: clear(tooLong(params)) }),
  },
  { reason: 'request_object_unsupported', broken: ({ params }) => sent(params, 'request') },
  { reason: 'request_uri_unsupported', broken: ({ params }) => sent(params, 'request_uri') },
  { reason: 'registration_unsupported', broken: ({ params }) => sent(params, 'registration') },
  { reason: 'response_type_missing', broken: ({ params }) => !sent(params, 'response_type') },
  {
    reason: 'response_type_unsupported',
    broken: ({ params }) => one(params, 'response_type') !== 'code',
    seen: ({ params }) => ({ expected: clear('code'), got: clear(one(params, 'response_type')) }),
  },
  {
    reason: 'response_type_not_allowed',
    broken: ({ client }) => !mayAskForCodes(client),
    seen: ({ client }) => ({ expected: clear(client.responseTypes), got: clear('code') }),
  },
  {
    reason: 'response_mode_unsupported',
    broken: ({ params }) => sent(params, 'response_mode') && !isResponseMode(one(params, 'response_mode')),
    seen: ({ params }) => ({ expected: clear(responseModesSupported), got: clear(one(params, 'response_mode')) }),
  },
  {
    reason: 'code_challenge_missing',
    broken: ({ params, client }) =>
      !sent(params, 'code_challenge') && (client.requirePkce || sent(params, 'code_challenge_method')),
  },
  {
    // Left out, the method would be "plain" (RFC 7636 §4.3), and that is not served.
    reason: 'code_challenge_method_unsupported',
    broken: ({ params }) => sent(params, 'code_challenge') && one(params, 'code_challenge_method') !== 'S256',
    seen: ({ params }) => ({ expected: clear('S256'), got: clear(one(params, 'code_challenge_method')) }),
  },
  {
    reason: 'code_challenge_malformed',
    broken: ({ params }) => sent(params, 'code_challenge') && !isChallenge(one(params, 'code_challenge') ?? ''),
  },
  {
    reason: 'scope_malformed',
    broken: ({ params }) => sent(params, 'scope') && !isScope(one(params, 'scope') ?? ''),
    seen: ({ params }) => ({ got: clear(one(params, 'scope')) }),
  },
  {
    reason: 'prompt_unknown',
    broken: ({ params }) => list(one(params, 'prompt')).some((prompt) => !promptsSupported.includes(prompt)),
    seen: ({ params }) => ({ expected: clear(promptsSupported), got: clear(one(params, 'prompt')) }),
  },
  {
    reason: 'prompt_none_not_alone',
    broken: ({ params }) => {
      const prompts = list(one(params, 'prompt'))
      return prompts.includes('none') && prompts.length > 1
    },
    seen: ({ params }) => ({ got: clear(one(params, 'prompt')) }),
  },
  {
    reason: 'max_age_malformed',
    broken: ({ params }) => sent(params, 'max_age') && !/^\d{1,10}$/.test(one(params, 'max_age') ?? ''),
    seen: ({ params }) => ({ got: clear(one(params, 'max_age')) }),
  },
  {
    reason: 'id_token_hint_invalid',
    broken: ({ params, client, hint }) => sent(params, 'id_token_hint') && !isHintFor(client, hint),
  },
]

export const promptsSupported: readonly string[] = ['none', 'login', 'consent', 'select_account']

export const mayAskForCodes = ({ responseTypes, grantTypes }: Client): boolean =>
  responseTypes.includes('code') && grantTypes.includes('authorization_code')

/** A parameter without a value counts as left out (RFC 6749 §3.1). */
const sent = (params: URLSearchParams, name: string) => params.getAll(name).some((value) => value !== '')

const repeatedOf = (params: URLSearchParams) => repeated(params)

function tooLong(params: URLSearchParams): string | undefined {
  const long = Object.entries(limits).find(([name, most]) => params.getAll(name).some((value) => value.length > most))
  return long?.[0] ?? (params.getAll('resource').length > resourcesAtMost ? 'resource' : undefined)
}

function isHintFor(client: Client, hint: AskedRequest['hint']): boolean {
  const audience = hint?.aud
  return typeof hint?.sub === 'string' && [audience].flat().includes(client.id)
}
