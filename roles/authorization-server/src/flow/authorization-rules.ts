/**
 * The rules of the authorization request, in the order in which they are applied: first those whose breaking only the
 * person can be told, then those that the client hears of.
 *
 * Parameters that are not served and would change the meaning of a request are refused by their own errors; `acr_values`
 * and `display`, which can be answered by what there is only, `claims_locales` and anything unknown is ignored, as the
 * standards ask.
 *
 * @see RFC 6749 §3.1 and §4.1.2.1, RFC 7636 §4.4.1, OpenID Connect Core §3.1.2.1, §3.1.2.6, §5.5 and §15.1
 */
import type { Rule } from '@symbolon/protocol/decision'
import { clear, clearNames } from '@symbolon/protocol/evidence'
import { list } from '@symbolon/protocol/parameters'
import { isChallenge } from '@symbolon/protocol/pkce'
import { contentsOf } from '@symbolon/protocol/response-types'
import { intersect, isScope, within } from '@symbolon/protocol/scope'
import type { Client } from '../client.ts'
import type { Settings } from '../ports/issuer.ts'
import { acrValuesSupported } from './acr.ts'
import type { ClaimsRequest } from './claims-request.ts'
import { type AskedResponse, responseRules } from './response-rules.ts'

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
  claims: 3_000,
} as const

const resourcesAtMost = 10

/** What came, read once. A parameter without a value counts as left out (RFC 6749 §3.1). */
export interface Sent {
  /** The value of each parameter that was sent once. */
  readonly values: ReadonlyMap<string, string>
  /** The names of those that were sent more than once; `resource` may be (RFC 8707 §2). */
  readonly repeated: readonly string[]
  readonly resources: readonly string[]
}

export function readOnce(params: URLSearchParams): Sent {
  const values = new Map<string, string>()
  const repeated = new Set<string>()
  const resources: string[] = []
  for (const [name, value] of params) {
    if (name === 'resource') resources.push(value)
    else if (values.has(name)) repeated.add(name)
    else values.set(name, value)
  }
  for (const [name, value] of values) if (value === '' || repeated.has(name)) values.delete(name)
  return { values, repeated: [...repeated], resources: resources.filter(Boolean) }
}

export interface Recipient {
  readonly sent: Sent
  readonly client: Client | undefined
}

export interface AskedRequest extends AskedResponse {
  readonly settings: Pick<Settings, 'compatibleProfile' | 'signUp'>
  readonly hint: Readonly<Record<string, unknown>> | undefined
  /** `undefined` when it is written wrongly. */
  readonly claims: ClaimsRequest | undefined
}

export const recipientRules: readonly Rule<Recipient>[] = [
  {
    reason: 'parameter_repeated',
    broken: ({ sent }) => sent.repeated.some((name) => name === 'client_id' || name === 'redirect_uri'),
    seen: ({ sent }) => ({ got: clearNames(sent.repeated) }),
  },
  {
    reason: 'client_unknown',
    broken: ({ client }) => client === undefined,
    seen: ({ sent }) => ({ got: clear(sent.values.get('client_id')) }),
  },
  { reason: 'client_disabled', broken: ({ client }) => client?.disabled === true },
]

export const requestRules: readonly Rule<AskedRequest>[] = [
  {
    reason: 'parameter_repeated',
    broken: ({ sent }) => sent.repeated.length > 0,
    seen: ({ sent }) => ({ got: clearNames(sent.repeated) }),
  },
  {
    reason: 'parameter_too_long',
    broken: ({ sent }) => tooLong(sent) !== undefined,
    seen: ({ sent }) => ({ got: clear(tooLong(sent)) }),
  },
  { reason: 'request_object_unsupported', broken: ({ sent }) => sent.values.has('request') },
  { reason: 'request_uri_unsupported', broken: ({ sent }) => sent.values.has('request_uri') },
  { reason: 'registration_unsupported', broken: ({ sent }) => sent.values.has('registration') },
  ...responseRules,
  {
    reason: 'code_challenge_missing',
    broken: ({ sent, client, responseType }) =>
      !sent.values.has('code_challenge') &&
      ((client.requirePkce && givesCode(responseType)) || sent.values.has('code_challenge_method')),
  },
  {
    // Left out, the method would be "plain" (RFC 7636 §4.3), and that is not served.
    reason: 'code_challenge_method_unsupported',
    broken: ({ sent }) => sent.values.has('code_challenge') && sent.values.get('code_challenge_method') !== 'S256',
    seen: ({ sent }) => ({ expected: clear('S256'), got: clear(sent.values.get('code_challenge_method')) }),
  },
  {
    reason: 'code_challenge_malformed',
    broken: ({ sent }) => sent.values.has('code_challenge') && !isChallenge(sent.values.get('code_challenge') ?? ''),
  },
  {
    reason: 'scope_malformed',
    broken: ({ sent }) => sent.values.has('scope') && !isScope(sent.values.get('scope') ?? ''),
    seen: ({ sent }) => ({ got: clear(sent.values.get('scope')) }),
  },
  {
    reason: 'prompt_unknown',
    broken: ({ sent, settings }) => !within(list(sent.values.get('prompt')), promptsSupported(settings)),
    seen: ({ sent, settings }) => ({
      expected: clear(promptsSupported(settings)),
      got: clear(sent.values.get('prompt')),
    }),
  },
  {
    reason: 'prompt_none_not_alone',
    broken: ({ sent }) => {
      const prompts = list(sent.values.get('prompt'))
      return prompts.includes('none') && prompts.length > 1
    },
    seen: ({ sent }) => ({ got: clear(sent.values.get('prompt')) }),
  },
  {
    reason: 'max_age_malformed',
    broken: ({ sent }) => sent.values.has('max_age') && !/^\d{1,10}$/.test(sent.values.get('max_age') ?? ''),
    seen: ({ sent }) => ({ got: clear(sent.values.get('max_age')) }),
  },
  {
    reason: 'id_token_hint_invalid',
    broken: ({ sent, client, hint }) => sent.values.has('id_token_hint') && !isHintFor(client, hint),
  },
  { reason: 'claims_malformed', broken: ({ claims }) => claims === undefined },
  {
    reason: 'subjects_differ',
    broken: ({ claims, hint }) =>
      new Set([...(claims?.subjects ?? []), ...(typeof hint?.sub === 'string' ? [hint.sub] : [])]).size > 1,
  },
  {
    reason: 'acr_unmet',
    broken: ({ claims }) => claims?.acr !== undefined && intersect(claims.acr, acrValuesSupported).length === 0,
    seen: ({ claims }) => ({ expected: clear(acrValuesSupported), got: clear(claims?.acr) }),
  },
]

const prompts: readonly string[] = ['none', 'login', 'consent', 'select_account']
const promptsWithSignUp: readonly string[] = [...prompts, 'create']

/** `create` only where people can make an account themselves (OpenID Connect Prompt Create §4). */
export const promptsSupported = ({ signUp }: Pick<Settings, 'signUp'>): readonly string[] =>
  signUp ? promptsWithSignUp : prompts

/** Where no code is given, nobody could redeem one that was stolen. */
const givesCode = (type: AskedRequest['responseType']): boolean => type !== undefined && contentsOf(type).code

const longest = Object.entries(limits)

function tooLong({ values, resources }: Sent): string | undefined {
  const long = longest.find(([name, most]) => (values.get(name)?.length ?? 0) > most)
  const isExcessive = resources.length > resourcesAtMost || resources.some(({ length }) => length > limits.resource)
  return long?.[0] ?? (isExcessive ? 'resource' : undefined)
}

function isHintFor(client: Client, hint: AskedRequest['hint']): boolean {
  const audience = hint?.aud
  return typeof hint?.sub === 'string' && [audience].flat().includes(client.id)
}
