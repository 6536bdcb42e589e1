/**
 * `npm run timing`: whether the time of an answer says what the answer does not: that an account, a client or a token
 * exists. By hand and on a quiet machine; the results stand in `docs/threat-model.md`.
 *
 * Each pair is asked in random order, many times, of a server in a process of its own. The two sets of times are
 * compared by ranks (Mann-Whitney): `p` is how often chance alone would make such a difference, `effect` how often the
 * second takes longer than the first, 0.5 being never more than the other way round.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { placeServer } from '../crash/process.ts'
import { createPerson } from '../support/person.ts'
import { archive, clients, secret } from '../support/server.ts'
import { type Sent, send } from './secrets/places.ts'

const { values } = parseArgs({
  options: { samples: { type: 'string', default: '4000' }, passwords: { type: 'string', default: '300' } },
})

const folder = mkdtempSync(join(tmpdir(), 'symbolon-timing-'))
const caller = { ...clients[4], introspects: [], client_id: 'stranger', client_name: 'Stranger' }
const server = await placeServer({
  storage: 'sqlite:timing.db',
  folder,
  config: { clients: [...clients, caller], trustProxy: ['127.0.0.1'] },
})
await server.start()
const at = new URL(server.at)

let count = 0
/** Everybody asks from a network of their own, so that nobody has to wait for having guessed before. */
const network = () => ({ 'x-forwarded-for': `10.${(++count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}` })
const form = (
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Sent => ({
  ...{ method: 'POST', path, body: String(new URLSearchParams(fields)) },
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...network(), ...headers },
})
const basic = (client: string, word: string) => ({ authorization: `Basic ${btoa(`${client}:${word}`)}` })

/** A sign-in form as a browser holds it, sent again and again with another name and a wrong password. */
async function guess(login: string): Promise<Sent> {
  const person = createPerson()
  const shown = await person.open(`${server.at}/account`)
  const posting = shown.page.querySelectorAll('form').find((one) => one.querySelector('input[name=password]'))
  const field = (name: string) => posting?.querySelector(`input[name=${name}]`)?.getAttribute('value') ?? ''
  const path = new URL(posting?.getAttribute('action') ?? shown.url, shown.url).pathname
  const cookie = await person.jar.getCookieString(`${server.at}${path}`)
  const fields = { csrf: field('csrf'), login, password: 'a wrong password' }
  return form(path, fields, { cookie, origin: server.at, accept: 'text/html' })
}

const token = async (client: string) => {
  const fields = { grant_type: 'client_credentials', scope: 'archive:read', resource: archive }
  const { body } = await send(at, form('/token', fields, basic(client, secret)))
  return String(JSON.parse(body).access_token)
}
const known = await token('robot')
const unknown = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
const wrong = 'a-wrong-secret-that-is-as-long-as-a-right-one'
const own = { grant_type: 'client_credentials', scope: 'archive:read' }

interface Pair {
  readonly what: string
  readonly samples: number
  readonly make: readonly [() => Promise<Sent> | Sent, () => Promise<Sent> | Sent]
}
const pairs: readonly Pair[] = [
  {
    what: 'unknown account / wrong password',
    samples: Number(values.passwords),
    make: [() => guess(`nobody-${count}@example.com`), () => guess('alice@example.com')],
  },
  {
    what: 'unknown client / wrong secret',
    samples: Number(values.samples),
    make: [() => form('/token', own, basic('rabot', wrong)), () => form('/token', own, basic('robot', wrong))],
  },
  {
    what: 'unknown token / token of another client, introspected',
    samples: Number(values.samples),
    make: [
      () => form('/introspect', { token: unknown }, basic('stranger', secret)),
      () => form('/introspect', { token: known }, basic('stranger', secret)),
    ],
  },
  {
    what: 'two unknown tokens (what nothing looks like)',
    samples: Number(values.samples),
    make: [
      () => form('/introspect', { token: unknown }, basic('stranger', secret)),
      () => form('/introspect', { token: `${unknown.slice(0, 42)}A` }, basic('stranger', secret)),
    ],
  },
]

async function measure({ make, samples }: Pair): Promise<readonly [readonly number[], readonly number[]]> {
  const times: [number[], number[]] = [[], []]
  for (let taken = 0; taken < samples + 50; taken++)
    for (const side of Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const)) {
      const request = await make[side]()
      const begin = performance.now()
      await send(at, request)
      if (taken >= 50) times[side].push((performance.now() - begin) * 1_000)
    }
  return times
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN

/** Ranks of both together; equal times share theirs. */
function compare(first: readonly number[], second: readonly number[]) {
  const all = [...first.map((time) => ({ time, side: 0 })), ...second.map((time) => ({ time, side: 1 }))]
  all.sort((a, b) => a.time - b.time)
  const sum = all.reduce((total, { side }, rank) => total + (side === 1 ? rank + 1 : 0), 0)
  const [n, m] = [first.length, second.length]
  const wins = sum - (m * (m + 1)) / 2
  const z = (wins - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12)
  return { effect: wins / (n * m), p: 2 * (1 - normal(Math.abs(z))) }
}

/** The share of a normal distribution below `z`. */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const tail = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail
}

console.log('| pair | samples of each | medians (µs) | effect | p |\n|---|--:|--:|--:|--:|')
for (const pair of pairs) {
  const [first, second] = await measure(pair)
  const { effect, p } = compare(first, second)
  const medians = `${median(first).toFixed(0)}, ${median(second).toFixed(0)}`
  console.log(`| ${pair.what} | ${pair.samples} | ${medians} | ${effect.toFixed(3)} | ${p.toFixed(3)} |`)
}
await server.end('SIGTERM')
rmSync(folder, { recursive: true, force: true })
process.exit()
