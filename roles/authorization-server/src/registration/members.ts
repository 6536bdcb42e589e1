/**
 * The metadata of a client, member by member: the one table that says what can be registered, from a configuration
 * file and by a program alike.
 *
 * @see RFC 7591 §2, OpenID Connect Dynamic Client Registration §2
 * @see JARM §3; OpenID Connect RP-Initiated, Front-Channel and Back-Channel Logout (their §2 and §3.1)
 */
import {
  contentEncryptionAlgorithms,
  decryptionAlgorithms,
  keyManagementAlgorithms,
  macAlgorithms,
  signingAlgorithms,
  verificationAlgorithms,
} from '@symbolon/protocol/algorithms'
import { responseTypes } from '@symbolon/protocol/response-types'
import { isScope } from '@symbolon/protocol/scope'
import { endpointRules, pageRules, redirectRules, requestRules, secureRules } from './addresses.ts'
import { choice, flag, keys, listOf, type Shape, text, type ValueOf, whole } from './shapes.ts'

const page = text('the address of a page', pageRules, 'uri')
const redirectAddress = text('an address', redirectRules, 'uri')
const endpoint = text('an address', endpointRules, 'uri')
const secure = text('an address with https', secureRules, 'uri')

const scopeShape = text('scopes, separated by single spaces', [
  { broken: (value) => !isScope(value), expected: 'scopes, separated by single spaces (RFC 6749 §3.3)' },
])

interface Member<S extends Shape = Shape> {
  readonly shape: S
  /** A sentence for the documentation. */
  readonly about: string
}

const member = <const S extends Shape>(shape: S, about: string): Member<S> => ({ shape, about })

const encrypted = (what: string) => member(choice(keyManagementAlgorithms), `How the key of ${what} is encrypted.`)

const content = (what: string) =>
  member(choice(contentEncryptionAlgorithms), `How ${what} itself is encrypted; \`A128CBC-HS256\` unless given.`)

export const members = {
  client_name: member(text('a name'), 'What people call it. In other languages: `client_name#de`.'),
  client_uri: member(page, "The app's own page."),
  logo_uri: member(page, 'Its picture, shown beside its name.'),
  policy_uri: member(page, 'How it treats data; linked on the sign-in and consent pages.'),
  tos_uri: member(page, 'Its terms; linked on the sign-in and consent pages.'),
  contacts: member(listOf(text('an address')), 'Whom to write to about it.'),
  application_type: member(choice(['web', 'native']), '`web` unless given.'),
  redirect_uris: member(
    listOf(redirectAddress, 1),
    'Where the browser may be sent with a response; compared character by character.',
  ),
  post_logout_redirect_uris: member(listOf(redirectAddress), 'Where it may be sent after signing out.'),
  grant_types: member(
    listOf(choice(['authorization_code', 'implicit', 'refresh_token', 'client_credentials']), 1),
    '`[authorization_code]` unless given.',
  ),
  response_types: member(
    listOf(choice(responseTypes)),
    '`[code]` unless given. What has `token` in it needs `profile: compatible`.',
  ),
  scope: member(scopeShape, 'The scopes it may ask for; any of its resources unless given.'),
  token_endpoint_auth_method: member(
    choice(['none', 'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt']),
    '`client_secret_basic` unless given, for a client with a secret; `none` for one without. `client_secret_jwt` needs `clientSecretJwt`.',
  ),
  token_endpoint_auth_signing_alg: member(
    choice([...verificationAlgorithms, ...macAlgorithms]),
    'The only algorithm its assertions may be signed with; `HS…` for `client_secret_jwt`.',
  ),
  jwks: member(keys, 'Its public keys.'),
  jwks_uri: member(endpoint, 'Where its public keys are; instead of `jwks`.'),
  subject_type: member(
    choice(['public', 'pairwise']),
    '`public`, where every client sees the same `sub`, unless given; with `pairwise` each sector sees one of its own.',
  ),
  sector_identifier_uri: member(
    secure,
    'A list of redirect addresses whose host is the sector of pairwise subjects; needed when there are several hosts.',
  ),
  id_token_signed_response_alg: member(
    choice(signingAlgorithms),
    'How its ID tokens are signed; `RS256` unless given.',
  ),
  id_token_encrypted_response_alg: encrypted('an ID token'),
  id_token_encrypted_response_enc: content('an ID token'),
  userinfo_signed_response_alg: member(choice(signingAlgorithms), 'Makes userinfo a JWT, and says how it is signed.'),
  userinfo_encrypted_response_alg: encrypted('userinfo'),
  userinfo_encrypted_response_enc: content('userinfo'),
  authorization_signed_response_alg: member(
    choice(signingAlgorithms),
    'How authorization responses with a `jwt` mode are signed; `RS256` unless given.',
  ),
  authorization_encrypted_response_alg: encrypted('an authorization response'),
  authorization_encrypted_response_enc: content('an authorization response'),
  request_object_signing_alg: member(
    choice(['none', ...verificationAlgorithms]),
    'The only algorithm its request objects may be signed with; `none` lets them go unsigned.',
  ),
  request_object_encryption_alg: member(
    choice(decryptionAlgorithms),
    'How it may encrypt its request objects, if `keys.encryption` has it.',
  ),
  request_object_encryption_enc: content('a request object'),
  require_signed_request_object: member(
    flag,
    'Whether its requests are taken only as signed request objects (RFC 9101 §10.5).',
  ),
  default_max_age: member(whole(0, 31_536_000), 'How old a sign-in may be, in seconds.'),
  require_auth_time: member(flag, 'Whether ID tokens always say when the person signed in.'),
  default_acr_values: member(
    listOf(text('an authentication context')),
    'How people are to sign in when a request does not say it.',
  ),
  initiate_login_uri: member(secure, 'Where a sign-in can be begun by somebody else.'),
  request_uris: member(
    listOf(text('an address', requestRules, 'uri')),
    'Where its request objects may stand; no other is fetched.',
  ),
  frontchannel_logout_uri: member(endpoint, 'Opened in a frame when its person signs out.'),
  frontchannel_logout_session_required: member(flag, 'Whether `iss` and `sid` must be added to that; they always are.'),
  backchannel_logout_uri: member(endpoint, 'Sent a logout token when its person signs out.'),
  backchannel_logout_session_required: member(flag, 'Whether that must say `sid`; it always does.'),
  software_id: member(text('an identifier'), 'Kept as it is.'),
  software_version: member(text('a version'), 'Kept as it is.'),
} satisfies Readonly<Record<string, Member>>

export type MemberName = keyof typeof members

/** Members that may carry a language tag: `client_name#de` (RFC 7591 §2.2). */
export const localizedMembers = ['client_name', 'client_uri', 'logo_uri', 'policy_uri', 'tos_uri'] as const

const languageTag = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/

/** The member that a name stands for: `client_name#de` for `client_name`. */
export function memberOf(name: string): MemberName | undefined {
  const [base = '', tag] = name.split(/#(.*)/s)
  if (tag === undefined) return isMember(name) ? name : undefined
  return languageTag.test(tag) ? localizedMembers.find((member) => member === base) : undefined
}

const isMember = (name: string): name is MemberName => Object.hasOwn(members, name)

/** Checked one by one, not yet against each other. */
export type Metadata = {
  readonly [Name in MemberName]?: ValueOf<(typeof members)[Name]['shape']> | undefined
}
