/**
 * The example's app and its visitor, as they are run against the suite, and in the suite's place a provider that
 * misbehaves as one of its modules does. What a person sees, what the app logs and what the provider is asked is
 * looked at afterwards.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import tls from 'node:tls'
import { AuthError } from '@symbolon/client'
import { certificateIn } from 'conformance/certificates'
import { type RelyingParty, startRelyingParty } from 'conformance/relying-party/app'
import { journeyOf } from 'conformance/relying-party/journeys'
import { providerSettings } from 'conformance/relying-party/provider-settings'
import { createVisitor, type Page, type Visitor } from 'conformance/relying-party/visitor'
import type { Variant } from 'conformance/suite-api'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { type Changes, type StandIn, startStandIn } from '../../../roles/client/test/support/stand-in.ts'

export interface Harness {
  readonly provider: StandIn
  readonly tls: { readonly cert: string; readonly key: string }
  /** What the browser was sent with to the first address of the provider that begins so. */
  sentTo(path: string): URLSearchParams
  /** Does what the module wants of an app. */
  run(module: string, how?: How): Promise<Run>
}

export interface How {
  readonly variant?: Variant
  readonly changes?: Changes | ((app: RelyingParty) => Changes)
  readonly typed?: string
  readonly sentTo?: (app: RelyingParty) => string
}

export interface Run {
  readonly app: RelyingParty
  readonly visitor: Visitor
  /** What the person sees in the end. */
  readonly page: Page
  /** What the app said of itself in its log. */
  readonly logged: readonly AuthError[]
  /** Paths at the provider, in the order of the requests. */
  readonly asked: readonly string[]
}

export async function startHarness(): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-relying-party-'))
  const files = await certificateIn(folder, 'relying-party', 'localhost')
  const pem = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
  tls.setDefaultCACertificates([...tls.getCACertificates(), pem.cert])
  const provider = await startStandIn({ alg: 'RS256' })
  const pair = await generateKeyPair('RS256', { extractable: true })
  const privateKey: JWK = { ...(await exportJWK(pair.privateKey)), alg: 'RS256', kid: 'app-1' }
  const apps: RelyingParty[] = []
  after(async () => {
    await Promise.all([provider.stop(), ...apps.map((app) => app.close())])
    rmSync(folder, { recursive: true, force: true })
  })

  return {
    provider,
    tls: pem,
    sentTo(path) {
      const request = provider.asked.find((each) => each.path.startsWith(path))
      assert.ok(request, `nobody was sent to ${path}`)
      return new URL(request.path, provider.issuer).searchParams
    },
    async run(module, { variant = {}, changes = {}, typed, sentTo } = {}) {
      const logged: AuthError[] = []
      const { issuer, change, asked } = provider
      const app = await startRelyingParty({
        host: 'localhost',
        address: 'localhost',
        port: 0,
        tls: pem,
        provider: (addresses) =>
          providerSettings({ module, variant, issuer, privateKey, ...(typed !== undefined && { typed }) }, addresses),
        log: (error) => {
          assert.ok(error instanceof AuthError, String(error))
          logged.push(error)
        },
      })
      apps.push(app)
      for (const name of Object.keys(change)) delete change[name as keyof Changes]
      Object.assign(change, typeof changes === 'function' ? changes(app) : changes)
      asked.length = 0
      const visitor = createVisitor()
      const page = await journeyOf(module)({ app, visitor, sentTo: async () => sentTo?.(app) ?? '' })
      return { app, visitor, page, logged, asked: asked.map(({ path }) => new URL(path, issuer).pathname) }
    },
  }
}

/** The person is in, and sees what userinfo or the ID token said. */
export function showsSignedIn({ app, page, logged }: Run): void {
  assert.deepEqual(logged, [])
  assert.deepEqual([page.url.href, page.status], [app.home, 200])
  assert.match(page.html, /Signed in<\/h1><pre>\{\s+"sub": "alice"/)
}

/** The person is told, the log says why, and nobody is signed in. */
export async function showsRefused(run: Run, code: AuthError['code'], expected: RegExp): Promise<void> {
  const { app, visitor, page, logged } = run
  const [error] = logged
  assert.equal(error?.code, code)
  assert.match(error?.expected ?? '', expected)
  assert.ok(page.status >= 400, `shown with ${page.status}`)
  assert.match(page.html, new RegExp(code))
  assert.match((await visitor.open(app.home)).html, /Signed out<\/h1>/)
}

export const without = (name: string) => (claims: object) =>
  Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name))
export const having = (change: object) => (claims: object) => ({ ...claims, ...change })

/** As the plans Basic, Implicit and Hybrid name them. */
export const basic = ['code']
export const implicit = ['id_token', 'id_token token']
export const hybrid = ['code id_token', 'code token', 'code id_token token']
export const every = [...basic, ...implicit, ...hybrid]

/** Each response type as the provider answers it unasked. */
export const unasked = (types: readonly string[]): readonly Variant[] =>
  types.map((response_type) => ({ response_type, response_mode: 'default' }))

/** The same, and as a form. */
export const variantsOf = (types: readonly string[]): readonly Variant[] => [
  ...unasked(types),
  ...types.map((response_type) => ({ response_type, response_mode: 'form_post' })),
]

export const titled = (module: string, { response_type, response_mode }: Variant): string =>
  `${module} [${response_type}${response_mode === 'form_post' ? ', form_post' : ''}]`
