/**
 * No secret is written anywhere: real ones from whole flows, and made-up ones at every place of a request where one can
 * stand by mistake, through every endpoint of a running server, well-formed and not, also while its disk is full.
 * Afterwards they are looked for in the database file and its log, the standard output and error, the record as
 * `symbolon flow` tells it, every answer, `/ready` and what the commands export.
 *
 * `SYMBOLON_SECRETS=5000` makes it so many requests for each server.
 *
 * @see RFC 6819 §5.1.4.1, RFC 9700 §4.3
 */
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { routes } from '@symbolon/authorization-server/endpoints/routes'
import { openStorage } from '@symbolon/storage/open'
import fc from 'fast-check'
import { exportJWK } from 'jose'
import { command, placeServer, type ServerProcess } from '../crash/process.ts'
import { limitFiles } from '../crash/scenarios.ts'
import { callback, clients, secret } from '../support/server.ts'
import { liveThrough } from './secrets/flow.ts'
import { type Heard, type Place, places, type Sent, send } from './secrets/places.ts'
import { createSearch, type Search, secretOf } from './secrets/search.ts'

const requests = Number(process.env.SYMBOLON_SECRETS ?? 300)

const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const run = randomBytes(8).toString('hex')
const shapes = ['handle', 'password', 'hex', 'words'] as const

interface Watched {
  readonly development: boolean
  readonly server: ServerProcess
  readonly folder: string
  readonly search: Search
  readonly output: string[]
}

async function watch(development: boolean): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-secrets-'))
  const output: string[] = []
  const search = createSearch()
  const serverSecret = randomBytes(32).toString('base64url')
  search.add({ kind: 'the secret of the installation', value: serverSecret })
  const signing = {
    ...{ client_id: 'signer', client_name: 'Signer', grant_types: ['client_credentials'], scope: 'photos:read' },
    ...{ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [await exportJWK(signer.publicKey)] } },
  }
  const hybrid = {
    ...{ client_id: 'hybrid', client_name: 'Hybrid', client_secret: secret, redirect_uris: [callback] },
    ...{ grant_types: ['authorization_code', 'implicit'], response_types: ['code id_token token'] },
    ...{ scope: 'openid email photos:read', require_pkce: false },
  }
  const calculated = randomBytes(48).toString('base64url')
  search.add({ kind: 'a secret that is calculated with', value: calculated })
  const calculating = {
    ...{ client_id: 'calculating', client_name: 'Calculating', grant_types: ['client_credentials'] },
    ...{ token_endpoint_auth_method: 'client_secret_jwt', client_secret: calculated },
  }
  const all = [...clients, signing, hybrid, calculating]
  const more = { profile: 'compatible', clientSecretJwt: true, clients: all }
  const config = { development, secret: serverSecret, ...more }
  const onOutput = (text: string) => output.push(text)
  const server = await placeServer({ storage: 'sqlite:secrets.db', folder, config, onOutput })
  await server.start()
  return { development, server, folder, search, output }
}

/** Requests that would be in order, so that a secret gets as far as it can. */
const basic = (clientId: string) => ({ authorization: `Basic ${btoa(`${clientId}:${secret}`)}` })
const form = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString()
const authorize = form({
  ...{ response_type: 'code', client_id: 'web', redirect_uri: callback, scope: 'openid' },
  ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
})
const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const posted = (path: string, body: string, clientId: string): Sent => ({
  ...{ method: 'POST', path, body },
  headers: { ...formType, ...basic(clientId) },
})
const inOrder: readonly Sent[] = [
  { method: 'GET', path: `/authorize?${authorize}`, headers: {}, body: '' },
  { method: 'GET', path: `/authorize?${authorize}&prompt=none`, headers: {}, body: '' },
  posted('/token', form({ grant_type: 'client_credentials', scope: 'photos:read' }), 'robot'),
  posted('/token', form({ grant_type: 'authorization_code', redirect_uri: callback }), 'web'),
  posted('/token', form({ grant_type: 'refresh_token' }), 'web'),
  posted('/introspect', '', 'library'),
  posted('/revoke', '', 'web'),
]
const anyhow: readonly Sent[] = [...routes.map(({ path }) => path), '/ready', '/health', '/nowhere'].flatMap((path) =>
  ['GET', 'POST'].map((method) => ({
    ...{ method, path: path.replace(/:(id|client)/, 'x').replace(':step', 'sign-in'), body: '' },
    headers: method === 'POST' ? formType : {},
  })),
)

const planted = fc.record({
  base: fc.oneof(fc.constantFrom(...inOrder), fc.constantFrom(...anyhow)),
  place: fc.constantFrom(...places),
  shape: fc.constantFrom(...shapes),
})

/** Where it is right that what was sent stands in the answer to the same request, and why. */
const echoes: readonly { readonly why: string; readonly is: (told: Told) => boolean }[] = [
  {
    why: 'a page names its own address, for the same page in another language',
    is: ({ place, where, answer }) => /^(query|path)/.test(place.name) && where === 'body' && isPage(answer),
  },
  {
    why: 'state goes back to the client that sent it (RFC 6749 §4.1.2)',
    is: ({ place, where, answer }) =>
      place.name.endsWith(' state') && where === 'head' && answer.head.includes(`\n${callback}?`),
  },
  {
    why: 'what a client posts to be signed out is carried to our own page, where the cookies come along',
    is: ({ place, where, base }) =>
      base.path === '/logout' &&
      where === 'head' &&
      /^body (id_token_hint|client_id|post_logout_redirect_uri|state|ui_locales)$/.test(place.name),
  },
  {
    why: 'a developer is shown the client_id and the addresses that nobody registered',
    is: ({ place, where, answer, development }) =>
      development && place.isPublic === true && where === 'body' && answer.status === 400,
  },
]

interface Told {
  readonly place: Place
  readonly base: Sent
  readonly where: 'head' | 'body'
  readonly answer: Heard
  readonly development: boolean
}

const isPage = ({ head }: Heard) => head.includes('text/html')

/** What may stand in storage, in the record and in the log, and why. Of everything else nothing may be found. */
const kept: Readonly<Record<string, readonly string[]>> = {
  // Named in the ID tokens of the grant, told to whoever redeems the code; it opens nothing.
  nonce: ['secrets.db', 'secrets.db-wal'],
  // What nobody can tell from a mistyped client_id, scope or address, which the record is there to show.
  'a public word': [
    'secrets.db',
    'secrets.db-wal',
    'standard output',
    'the record',
    'symbolon flow',
    'symbolon flow REF',
  ],
}

describe('secrets', { concurrency: true }, () => {
  const watched: Watched[] = []
  before(async () => {
    watched.push(...(await Promise.all([watch(false), watch(true)])))
  })
  after(async () => {
    await Promise.all(watched.map(({ server }) => server.end('SIGTERM')))
    for (const { folder } of watched) rmSync(folder, { recursive: true, force: true })
  })

  let made = 0
  const plant = async ({ server, search, development }: Watched, runs: number) => {
    const at = new URL(server.at)
    const property = fc.asyncProperty(planted, async ({ base, place, shape }) => {
      const value = secretOf(run, made++, shape)
      const isWord = place.isPublic === true && (shape === 'password' || shape === 'words')
      search.add({ kind: isWord ? 'a public word' : `${place.name} (${shape})`, value })
      const answer = await send(at, place.put(base, value))
      assert.notEqual(answer.status, 500)
      const own = createSearch()
      own.add({ kind: place.name, value })
      for (const where of ['head', 'body'] as const)
        for (const { kind, around } of own.in(answer[where])) {
          const isRight = echoes.some(({ is }) => is({ place, base, where, answer, development }))
          assert.ok(isRight, `${kind} to ${base.method} ${base.path} is in the ${where} of ${answer.status}: ${around}`)
        }
    })
    await fc.assert(property, { numRuns: runs, endOnFailure: true })
  }

  const filesOf = (folder: string) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('secrets.db'))
      .map((name) => [name, readFileSync(join(folder, name))] as const)

  /** Ends the server, so that all is written that will be, and reads everything it leaves. */
  const leftBy = async ({ server, folder, output }: Watched) => {
    const ready = await (await fetch(`${server.at}/ready`)).text()
    const underWay = filesOf(folder)
    await server.end('SIGTERM')
    const { data } = JSON.parse(await command(server, folder, 'flow', '--json', '--limit', '1000'))
    const storage = await openStorage(`sqlite:${join(folder, 'secrets.db')}`)
    const { flows } = await storage.issuer(server.at)
    const events = await Promise.all(data.flows.map(({ flow }: { readonly flow: string }) => flows.events(flow)))
    await storage.close()
    return [
      ...underWay,
      ...filesOf(folder),
      ['/ready', ready],
      ['standard output', output.join('')],
      ['standard error', server.complaints()],
      ['the record', JSON.stringify([data, events])],
      ['symbolon flow', await command(server, folder, 'flow')],
      ['symbolon flow REF', await command(server, folder, 'flow', data.flows[0].flow)],
      ['symbolon keys list', await command(server, folder, 'keys', 'list', '--json')],
    ] as const
  }

  for (const [index, kind] of ['in production', 'in development'].entries())
    it(`stay out of all that a server ${kind} keeps, writes and answers (RFC 6819 §5.1.4.1) [RFC6819-5.1.4.1.3-01]`, async () => {
      const one = watched[index]
      assert.ok(one)
      await liveThrough(one.server.at, one.search.add, signer.privateKey)
      await plant(one, Math.ceil(requests * 0.9))
      limitFiles(one.server.pid(), 1)
      await plant(one, Math.ceil(requests * 0.1))
      limitFiles(one.server.pid(), 'unlimited')
      const all = (await leftBy(one)).flatMap(([where, text]) =>
        one.search.in(text).map((found) => ({ where, ...found })),
      )
      const wrong = all.filter(({ kind, where }) => !kept[kind]?.includes(where))
      assert.deepEqual(wrong, [])
      // What may be there is found there: nothing was looked for in vain.
      assert.ok(all.some(({ where }) => where === 'the record'))
      assert.ok(all.some(({ kind }) => kind === 'nonce'))
    })

  it('are found by this search wherever they are, whole or in halves, in any notation', () => {
    const value = secretOf(run, 0, 'password')
    const bytes = Buffer.from(value)
    for (const hidden of [
      value,
      bytes.subarray(0, bytes.length / 2),
      bytes.subarray(bytes.length / 2),
      encodeURIComponent(value),
      encodeURIComponent(value).toLowerCase(),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      Buffer.from(`user:${value}`).toString('base64'),
      bytes.toString('hex'),
      JSON.stringify({ value }),
    ]) {
      const search = createSearch()
      search.add({ kind: 'it', value })
      const hay = Buffer.concat([Buffer.from('x'.repeat(5_000)), Buffer.from(hidden), Buffer.from('y'.repeat(99))])
      assert.equal(search.in(hay).length, 1, String(hidden))
      assert.equal(search.in('x'.repeat(5_000)).length, 0)
    }
  })
})
