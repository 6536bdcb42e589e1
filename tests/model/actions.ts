/** What people, clients and an attacker can do in a story, with every choice left to fast-check, and how it is told. */
import fc from 'fast-check'

export const browsers = { desk: 'alice', phone: 'alice', laptop: 'bob' } as const
export type BrowserName = keyof typeof browsers
export type PersonName = (typeof browsers)[BrowserName]
export const people: readonly PersonName[] = ['alice', 'bob']

/** `web` has a secret, `spa` has none, `own` is first-party, `evil` is the attacker's, registered like any other. */
export const apps = ['web', 'spa', 'own', 'evil'] as const
export type AppName = (typeof apps)[number]
export type ClientName = AppName | 'robot'

export const scopes = [
  ['openid'],
  ['openid', 'email'],
  ['openid', 'offline_access', 'photos:read'],
  ['openid', 'offline_access', 'photos:read', 'photos:write'],
  ['photos:read'],
  ['openid', 'offline_access', 'archive:read'],
] as const satisfies readonly (readonly string[])[]

/** `nth` counts back from the newest. */
type Nth = number

export type Action =
  | {
      readonly do: 'authorize'
      readonly browser: BrowserName
      readonly client: AppName
      readonly scope: readonly string[]
      readonly prompt: 'none' | 'login' | 'consent' | undefined
      readonly maxAge: number | undefined
    }
  | { readonly do: 'look' | 'peek'; readonly tab: Nth }
  | { readonly do: 'sign in'; readonly tab: Nth; readonly right: boolean }
  | { readonly do: 'consent'; readonly tab: Nth; readonly how: 'allow all' | 'allow what is required' | 'deny' }
  | {
      readonly do: 'redeem'
      readonly code: Nth
      readonly how:
        | 'rightly'
        | 'as evil'
        | 'with a wrong secret'
        | 'with a wrong verifier'
        | 'without a verifier'
        | 'with another address'
    }
  | { readonly do: 'refresh'; readonly token: Nth; readonly how: 'rightly' | 'as evil' | 'for less' | 'for more' }
  | { readonly do: 'introspect'; readonly token: Nth; readonly by: 'owner' | 'library' | 'evil' }
  | { readonly do: 'userinfo'; readonly token: Nth }
  | { readonly do: 'revoke'; readonly token: Nth; readonly by: 'owner' | 'evil' }
  | { readonly do: 'remove app'; readonly browser: BrowserName; readonly client: AppName }
  | {
      readonly do: 'remove permission'
      readonly browser: BrowserName
      readonly client: AppName
      readonly scope: string
    }
  | { readonly do: 'end other sessions' | 'sign out'; readonly browser: BrowserName }
  | { readonly do: 'rotate keys' | 'sweep' | 'turn everything on' }
  | { readonly do: 'turn off client'; readonly client: ClientName }
  | { readonly do: 'turn off person'; readonly person: PersonName }
  | { readonly do: 'client credentials'; readonly right: boolean; readonly scope: 'photos:read' | 'archive:read' }
  | { readonly do: 'wait'; readonly seconds: number }

const browser = fc.constantFrom(...(Object.keys(browsers) as BrowserName[]))
const app = fc.oneof(
  { weight: 3, arbitrary: fc.constant<AppName>('web') },
  { weight: 3, arbitrary: fc.constant<AppName>('spa') },
  { weight: 1, arbitrary: fc.constantFrom<AppName>('own', 'evil') },
)
/** Mostly the newest, so that stories hang together. */
const nth = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 12 }) })
const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
const action = <Do extends string, Rest extends object>(
  weight: number,
  name: Do,
  rest: { [K in keyof Rest]: fc.Arbitrary<Rest[K]> },
) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), ...rest }) as unknown as fc.Arbitrary<Action>,
})

/** What may happen beside something else; time passes between requests only. */
export const requests: fc.Arbitrary<Action> = fc.oneof(
  action(14, 'authorize', {
    browser,
    client: app,
    scope: fc.constantFrom(...scopes),
    prompt: mostly(undefined, 'none', 'login', 'consent'),
    maxAge: mostly(undefined, 0, 300),
  }),
  action(12, 'sign in', { tab: nth, right: mostly(true, false) }),
  action(14, 'consent', { tab: nth, how: mostly('allow all', 'allow what is required', 'deny') }),
  action(4, 'look', { tab: nth }),
  action(1, 'peek', { tab: nth }),
  action(14, 'redeem', {
    code: nth,
    how: mostly(
      'rightly',
      'as evil',
      'with a wrong verifier',
      'without a verifier',
      'with another address',
      'with a wrong secret',
    ),
  }),
  action(12, 'refresh', { token: nth, how: mostly('rightly', 'as evil', 'for less', 'for more') }),
  action(4, 'introspect', { token: nth, by: fc.constantFrom('owner', 'library', 'evil') }),
  action(4, 'userinfo', { token: nth }),
  action(3, 'revoke', { token: nth, by: mostly('owner', 'evil') }),
  action(3, 'remove app', { browser, client: app }),
  action(4, 'remove permission', {
    browser,
    client: app,
    scope: fc.constantFrom('photos:read', 'photos:write', 'offline_access', 'email', 'openid'),
  }),
  action(2, 'end other sessions', { browser }),
  action(2, 'sign out', { browser }),
  action(1, 'rotate keys', {}),
  action(1, 'sweep', {}),
  action(1, 'turn off client', { client: fc.constantFrom<ClientName>(...apps, 'robot') }),
  action(1, 'turn off person', { person: fc.constantFrom(...people) }),
  action(3, 'turn everything on', {}),
  action(2, 'client credentials', {
    right: mostly(true, false),
    scope: fc.constantFrom('photos:read', 'archive:read'),
  }),
)

const ofAlice = fc.constantFrom<BrowserName>('desk', 'phone')
const never = fc.constant(undefined)

/** What gives access, and what takes it away: side by side they are where access might slip through. */
export const giving: fc.Arbitrary<Action> = fc.oneof(
  action(4, 'authorize', {
    browser: ofAlice,
    client: mostly<AppName>('web', 'own'),
    scope: fc.constantFrom(...scopes),
    prompt: never,
    maxAge: never,
  }),
  action(3, 'consent', { tab: nth, how: fc.constant('allow all') }),
  action(2, 'look', { tab: nth }),
  action(2, 'redeem', { code: nth, how: fc.constant('rightly') }),
  action(2, 'refresh', { token: nth, how: fc.constant('rightly') }),
)

export const taking: fc.Arbitrary<Action> = fc.oneof(
  action(3, 'remove app', { browser: ofAlice, client: mostly<AppName>('web', 'own') }),
  action(4, 'remove permission', {
    browser: ofAlice,
    client: mostly<AppName>('web', 'own'),
    scope: fc.constantFrom('photos:read', 'photos:write', 'offline_access', 'openid'),
  }),
  action(3, 'end other sessions', { browser: ofAlice }),
  action(1, 'revoke', { token: nth, by: fc.constant('owner') }),
  action(1, 'turn off client', { client: fc.constant<ClientName>('web') }),
  action(1, 'turn off person', { person: fc.constant<PersonName>('alice') }),
)

const [, , , everything] = scopes
const visit = (browser: BrowserName, client: AppName): readonly Action[] => [
  { do: 'authorize', browser, client, scope: everything, prompt: undefined, maxAge: undefined },
  { do: 'sign in', tab: 0, right: true },
]
const allowed: readonly Action[] = [
  { do: 'consent', tab: 0, how: 'allow all' },
  { do: 'redeem', code: 0, how: 'rightly' },
]

/** How a story may begin, so that much has happened before anything is left to chance. */
export const beginnings: fc.Arbitrary<readonly Action[]> = fc.constantFrom(
  [],
  [...visit('desk', 'web'), ...allowed],
  [...visit('desk', 'web'), ...allowed, ...visit('phone', 'web')],
  [...visit('desk', 'spa'), ...allowed, ...visit('phone', 'web'), ...allowed],
)

export const waiting: fc.Arbitrary<Action> = action(1, 'wait', {
  seconds: fc.constantFrom(1, 1, 20, 59, 61, 119, 121, 301, 599, 601, 3_599, 4_000),
}).arbitrary

export function words(action: Action): string {
  const back = (count: number) => (count === 0 ? 'the newest' : `the newest but ${count}`)
  switch (action.do) {
    case 'authorize': {
      const extra = [
        action.prompt && `prompt=${action.prompt}`,
        action.maxAge !== undefined && `max_age=${action.maxAge}`,
      ]
      const how = extra.filter(Boolean).join(', ')
      return `${action.client} sends the ${action.browser} to authorize “${action.scope.join(' ')}”${how && ` with ${how}`}`
    }
    case 'look':
      return `${back(action.tab)} tab is opened again`
    case 'peek':
      return `the attacker opens the address of ${back(action.tab)} tab`
    case 'sign in':
      return `somebody signs in in ${back(action.tab)} tab with the ${action.right ? 'right' : 'wrong'} password`
    case 'consent':
      return `the answer in ${back(action.tab)} tab is: ${action.how}`
    case 'redeem':
      return `${back(action.code)} code is redeemed ${action.how}`
    case 'refresh':
      return `${back(action.token)} refresh token is used ${action.how}`
    case 'introspect':
      return `${back(action.token)} token is introspected by ${action.by}`
    case 'userinfo':
      return `${back(action.token)} token is shown at userinfo`
    case 'revoke':
      return `${back(action.token)} token is revoked by ${action.by}`
    case 'remove app':
      return `${action.client} is removed at the ${action.browser}`
    case 'remove permission':
      return `“${action.scope}” is taken from ${action.client} at the ${action.browser}`
    case 'turn off client':
      return `${action.client} is turned off`
    case 'turn off person':
      return `${action.person} is turned off`
    case 'client credentials':
      return `robot asks for its own token with the ${action.right ? 'right' : 'wrong'} secret`
    case 'wait':
      return `${action.seconds} s pass`
    case 'end other sessions':
    case 'sign out':
      return `${action.do} at the ${action.browser}`
    default:
      return action.do
  }
}
