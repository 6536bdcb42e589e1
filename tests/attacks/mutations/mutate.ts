/** What an attacker can make of a request that they have seen. */
import fc from 'fast-check'

export type Pairs = readonly (readonly [name: string, value: string])[]

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: Pairs
  readonly form: Pairs
  readonly headers: Readonly<Record<string, string>>
}

export type Mutation = (asked: Asked, others: readonly Asked[]) => Asked

const hostile = [
  ...['', ' ', '\0', '\r\nset-cookie: a=b', '%00', '%', '%zz', '../..', '//evil.example', 'javascript:alert(1)'],
  ...['__proto__', 'constructor', 'null', 'undefined', '[object Object]', '{}', '[]', '-1', '1e999', 'true', '*'],
  ...[
    "' or 1=1 --",
    '<script>alert(1)</script>',
    '\u202e',
    '\ud800',
    '\u{1f600}',
    'a'.repeat(70_000),
    'é'.repeat(9_000),
  ],
  ...['a.'.repeat(8_000), '='.repeat(9_000), 'a b '.repeat(9_000), '%25'.repeat(9_000), '('.repeat(9_000)],
]
const value = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 40 }))
const index = fc.nat({ max: 30 })
const part = fc.constantFrom('query', 'form')

const at = <T>(list: readonly T[], count: number): T | undefined => list[count % Math.max(1, list.length)]

const ofPairs = (change: (pairs: Pairs, others: Pairs) => Pairs) => (where: 'query' | 'form') => {
  const mutation: Mutation = (asked, others) => ({
    ...asked,
    [where]: change(
      asked[where],
      others.flatMap(({ query, form }) => [...query, ...form]),
    ),
  })
  return mutation
}

const pairMutations = fc
  .record({ where: part, first: index, second: index, value, how: fc.nat({ max: 9 }) })
  .map(({ where, first, second, value, how }) => {
    const changes: readonly ((pairs: Pairs, others: Pairs) => Pairs)[] = [
      (pairs) => pairs.filter((_, place) => place !== first % Math.max(1, pairs.length)),
      (pairs) => [...pairs, ...pairs.slice(first, first + 1)],
      (pairs) => [...pairs, [at(pairs, first)?.[0] ?? 'x', value]],
      (pairs) => pairs.map(([name, old], place) => [name, place === first % pairs.length ? value : old]),
      (pairs) => pairs.map(([name, old], place) => [place === first % pairs.length ? value : name, old]),
      (pairs) =>
        pairs.map(([name, old], place) => [
          name,
          place === first % pairs.length ? (at(pairs, second)?.[1] ?? old) : old,
        ]),
      (pairs) => pairs.map(([name, old], place) => [name, place === first % pairs.length ? flipped(old, second) : old]),
      (pairs) =>
        pairs.map(([name, old], place) => [place === first % pairs.length ? `${name}[${second}][]` : name, old]),
      (pairs, others) => [...pairs, ...others.slice(first, first + 3)],
      (pairs) => [...pairs, ...Array.from({ length: 1_100 }, (_, count) => [`p${count}`, 'x'] as const)],
    ]
    return ofPairs(at(changes, how) ?? ((pairs) => pairs))(where as 'query')
  })

function flipped(text: string, place: number): string {
  const character = text.charCodeAt(place % Math.max(1, text.length))
  const before = text.slice(0, place % Math.max(1, text.length))
  return Number.isNaN(character)
    ? 'x'
    : `${before}${String.fromCharCode(character ^ 1)}${text.slice(before.length + 1)}`
}

const headerMutations = fc
  .record({
    name: fc.constantFrom(
      ...['content-type', 'origin', 'sec-fetch-site', 'sec-fetch-mode', 'host', 'accept', 'accept-language', 'referer'],
      ...['authorization', 'x-forwarded-for', 'x-forwarded-host', 'x-http-method-override', 'transfer-encoding'],
    ),
    value: fc.oneof(
      value,
      fc.constantFrom(
        'null',
        'cross-site',
        'https://evil.example',
        'application/json',
        'multipart/form-data; boundary=x',
      ),
      fc.constantFrom(
        'application/x-www-form-urlencoded; charset=utf-16',
        'Basic Og==',
        'Bearer',
        'Bearer a, Bearer b',
      ),
      fc.constantFrom('de;q=0.1,*;q=,,;', 'text/html;q=2', 'GET', 'chunked'),
    ),
  })
  .map(
    ({ name, value }): Mutation =>
      (asked) => ({ ...asked, headers: { ...asked.headers, [name]: value } }),
  )

const pathMutations = fc
  .constantFrom(
    ...[(path: string) => `${path}/`, (path: string) => `/${path}`, (path: string) => path.toUpperCase()],
    ...[
      (path: string) => `${path}/..`,
      (path: string) => `${path}%2f`,
      (path: string) => path.replace(/[^/]+$/, 'consent'),
    ],
    ...[
      (path: string) => path.replace(/[^/]+$/, 'sign-in'),
      (path: string) => `${path};x=1`,
      (path: string) => `/.${path}`,
    ],
    ...[(path: string) => `${path}%00`, (path: string) => path.replace(/.$/, '%ff'), () => 'https://evil.example/x'],
  )
  .map(
    (change): Mutation =>
      (asked) => ({ ...asked, path: change(asked.path) }),
  )

const methodMutations = fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'get', '').map(
  (method): Mutation =>
    (asked) => ({ ...asked, method }),
)

/** The form of one step sent to another, and parameters moved between address and body. */
const exchanges = fc.record({ other: index, how: fc.nat({ max: 2 }) }).map(
  ({ other, how }): Mutation =>
    (asked, others) => {
      if (how === 0) return { ...asked, form: at(others, other)?.form ?? [] }
      if (how === 1) return { ...asked, query: asked.form, form: [] }
      return { ...asked, path: at(others, other)?.path ?? asked.path }
    },
)

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: pairMutations },
    { weight: 3, arbitrary: headerMutations },
    { weight: 1, arbitrary: pathMutations },
    { weight: 1, arbitrary: methodMutations },
    { weight: 2, arbitrary: exchanges },
  ),
  { minLength: 1, maxLength: 4 },
)
