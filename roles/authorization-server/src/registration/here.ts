/**
 * What a client may say depends on where it says it: what this installation serves, what it and its apps are called, and
 * where it is. Whom nobody invited may not look like us.
 *
 * @see RFC 7591 §5, RFC 9700 §4.1
 */
import { responseTypesServed } from '../flow/response-rules.ts'
import type { Settings } from '../ports/issuer.ts'
import { isAtSamePlace, parsed } from './addresses.ts'
import { type MemberName, memberOf, members } from './members.ts'
import { isOfOneAlphabet, isOurs, isReadable, isTakenForKnown } from './names.ts'
import type { Described, MetadataRule } from './rules.ts'
import type { Shape } from './shapes.ts'

export interface Here {
  readonly settings: Settings
  /** The issuer's. */
  readonly url: string
  /** Whether an initial access token vouched for the client. */
  readonly reviewed: boolean
}

export const hereRules = (here: Here): readonly MetadataRule[] => [
  ...servedRules(here),
  ...nameRules(here),
  ...(here.reviewed ? [] : addressRules(here)),
]

const servedRules = ({ settings }: Here): readonly MetadataRule[] => [
  {
    key: 'response_types',
    broken: ({ response_types = [] }) => !response_types.every((type) => responseTypesServed(settings).includes(type)),
    expected: `some of ${responseTypesServed(settings).join(', ')}`,
    got: 'another',
  },
  {
    key: 'token_endpoint_auth_method',
    broken: (client) => client.token_endpoint_auth_method === 'client_secret_jwt' && !settings.clientSecretJwt,
    expected: 'another method than client_secret_jwt, which is not on here',
    got: 'that one',
  },
]

/** What stands in a member: each of a list, and in every language. */
const textsIn = (client: Described, member: MemberName): readonly string[] =>
  Object.entries(client)
    .flatMap(([name, value]) => (memberOf(name) === member ? [value].flat() : []))
    .filter((value) => typeof value === 'string')

const nameRules = (here: Here): readonly MetadataRule[] => [
  nameRule('a readable name, without what is invisible or turns text around', (name) => !isReadable(name)),
  nameRule('a name whose words have letters of one alphabet each', (name) => !isOfOneAlphabet(name)),
  nameRule("a name that is not this server's own", (name) => isOurs(name, here)),
  nameRule(
    'a name without that of this server or of its apps, without an initial access token',
    (name) => !here.reviewed && isTakenForKnown(name, here),
  ),
]

const nameRule = (expected: string, isBad: (name: string) => boolean): MetadataRule => ({
  key: 'client_name',
  broken: (client) => textsIn(client, 'client_name').some(isBad),
  expected,
  got: 'another',
})

const isAddress = (shape: Shape): boolean =>
  shape.is === 'list' ? isAddress(shape.of) : shape.is === 'text' && shape.format === 'uri'

const addressMembers = (Object.keys(members) as MemberName[]).filter((name) => isAddress(members[name].shape))

/** People would read it as ours, and their browsers bring our cookies along. */
const addressRules = ({ url }: Here): readonly MetadataRule[] =>
  addressMembers.map((key) => ({
    key,
    broken: (client) => textsIn(client, key).some((address) => isOurAddress(address, url)),
    expected: 'an address elsewhere than at this server',
    got: 'one here',
  }))

function isOurAddress(address: string, url: string): boolean {
  const [there, here] = [parsed(address), parsed(url)]
  return there !== undefined && here !== undefined && isAtSamePlace(there, here)
}
