/** How two addresses differ, in words: the differences that cost developers their afternoons. */

/** Says how `got` differs from the nearest of the addresses in `expected`; `undefined` when these are no addresses. */
export function compareAddresses(expected: string, got: string): string | undefined {
  const candidates = expected.split(' ').filter((address) => URL.canParse(address))
  if (candidates.length === 0 || got.includes(' ')) return undefined
  for (const { differs, words } of differences) {
    if (candidates.some((candidate) => candidate !== got && differs(candidate, got))) return words
  }
  return undefined
}

interface Difference {
  readonly differs: (expected: string, got: string) => boolean
  readonly words: string
}

const withoutSlash = (address: string) => address.replace(/\/(?=$|[?#])/, '')

const loopback = (address: string) =>
  address.replace(/^(https?:\/\/)(localhost|127\.0\.0\.1|\[::1\])(?=[:/?#]|$)/, '$1loopback')

const withPart = (address: string, change: (url: URL) => void): string => {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  change(url)
  return url.href
}

const sameWithout = (part: (url: URL) => void) => (expected: string, got: string) =>
  URL.canParse(got) && withPart(expected, part) === withPart(got, part)

const differences: readonly Difference[] = [
  { differs: (a, b) => withoutSlash(a) === withoutSlash(b), words: 'They differ by a slash at the end.' },
  { differs: (a, b) => loopback(a) === loopback(b), words: 'One says localhost, the other names the address.' },
  {
    differs: (a, b) => a.replace(/^https?:/, '') === b.replace(/^https?:/, ''),
    words: 'One is http, the other https; a proxy in front of the client may hide the scheme from it.',
  },
  { differs: (a, b) => a.toLowerCase() === b.toLowerCase(), words: 'They differ in upper and lower case.' },
  { differs: (a, b) => decoded(b) === a, words: 'The address was percent-encoded twice.' },
  { differs: (a, b) => a.trim() === b.trim(), words: 'There is white space around the address.' },
  {
    differs: sameWithout((url) => {
      url.port = ''
    }),
    words: 'They differ in the port.',
  },
  {
    differs: sameWithout((url) => {
      url.search = ''
      url.hash = ''
    }),
    words: 'They differ in the query.',
  },
  {
    differs: sameWithout((url) => {
      url.pathname = '/'
      url.search = ''
      url.hash = ''
    }),
    words: 'They differ in the path.',
  },
]

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
