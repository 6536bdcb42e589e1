import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { clientFrom } from '../../src/client.ts'
import type { EndpointRequest } from '../../src/endpoints/endpoint.ts'
import { decideAuthorization } from '../../src/flow/1-authorization-request.ts'
import {
  findOutcome,
  formToken,
  interactionCookie,
  isFormToken,
  newInteraction,
  openInteraction,
  sealOutcome,
} from '../../src/people/interaction.ts'
import { defaultSettings } from '../../src/ports/issuer.ts'
import { aClient, authorizationParams, openWorld, photos } from '../support/front-channel/world.ts'

const { issuer, storage } = await openWorld()
after(() => storage.close())

/** Text that no compression shortens. */
const random = (length: number) =>
  Array.from({ length: 40 }, (_, at) => hash('sha512', String(at), 'base64url'))
    .join('')
    .slice(0, length)

function interactionFor(change: Parameters<typeof authorizationParams>[0] = {}) {
  const decision = decideAuthorization({
    params: authorizationParams(change),
    client: clientFrom(aClient('shop')),
    resources: [photos],
    hint: undefined,
    settings: defaultSettings,
  })
  assert(decision.outcome === 'proceed')
  return newInteraction(issuer, { flow: '8S1K-42QD', purpose: { kind: 'authorization', request: decision.request } })
}

const requestWith = (cookies: ReadonlyMap<string, string>): EndpointRequest => ({
  method: 'GET',
  path: '/',
  parts: {},
  query: new URLSearchParams(),
  form: new URLSearchParams(),
  unreadable: undefined,
  headers: {},
  cookies,
  remoteAddress: '192.0.2.1',
  receivedAt: 0,
  flow: 'FLOW-0000',
})

describe('an interaction', () => {
  it('comes back from its cookie as it was, one path and one name for each', () => {
    const [one, two] = [interactionFor(), interactionFor({ state: random(2_000) })]
    const cookies = [one, two].map((each) => interactionCookie(each, issuer))
    const jar = new Map(cookies.map(({ name, value }) => [name, value ?? '']))
    assert.equal(jar.size, 2)
    for (const [at, each] of [one, two].entries()) {
      assert.deepEqual(openInteraction(each.id, requestWith(jar), issuer), each)
      assert.equal(cookies[at]?.path, `/i/${each.id}`)
    }
  })

  it('fits into a cookie with the longest state [RFC6749-10.14-01]', () => {
    const { name, value, path } = interactionCookie(
      {
        ...interactionFor({ state: random(2_000), nonce: random(43) }),
        facts: { chosen: random(43), signedIn: random(43), another: false },
      },
      issuer,
    )
    assert(`__Secure-${name}=${value}; Path=${path}; Max-Age=90000; HttpOnly; Secure; SameSite=Lax`.length < 4_096)
  })

  it('is not opened when a single bit of its cookie was changed (attack 95)', () => {
    const interaction = interactionFor()
    const { name, value = '' } = interactionCookie(interaction, issuer)
    const bytes = Buffer.from(value, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const jar = new Map([[name, changed.toString('base64url')]])
      assert.equal(openInteraction(interaction.id, requestWith(jar), issuer), undefined)
    }
  })

  it('is not opened by the cookie of another one (attack 36)', () => {
    const [mine, theirs] = [interactionFor(), interactionFor()]
    const { value = '' } = interactionCookie(theirs, issuer)
    const jar = new Map([[interactionCookie(mine, issuer).name, value]])
    assert.equal(openInteraction(mine.id, requestWith(jar), issuer), undefined)
    assert.equal(openInteraction(theirs.id, requestWith(new Map()), issuer), undefined)
    assert.equal(openInteraction('x', requestWith(new Map([['i_x', value]])), issuer), undefined)
  })

  it('binds each form to its page and to whom it was shown (RFC 6749 §10.12) [RFC6749-10.12-02]', () => {
    const interaction = interactionFor()
    const token = formToken(interaction, issuer, 'consent', 'alice')
    assert.equal(isFormToken(formToken(interaction, issuer, 'consent', 'alice'), token), true)
    for (const other of [
      formToken(interaction, issuer, 'consent', 'bob'),
      formToken(interaction, issuer, 'sign-in'),
      formToken({ ...interaction, key: 'other' }, issuer, 'consent', 'alice'),
      '',
      undefined,
    ]) {
      assert.equal(isFormToken(other, token), false)
    }
  })

  it('keeps its end so that only its own cookie reads it', async () => {
    const interaction = interactionFor()
    const outcome = {
      at: 1,
      code: 'the-code',
      session: 'a-session',
      response: { by: 'redirect', location: 'https://shop.example.com/' },
    } as const
    assert.equal(await findOutcome(interaction, issuer), undefined)
    const record = sealOutcome(interaction, outcome, issuer)
    await issuer.store.commit([{ do: 'finish-interaction', outcome: record }])
    assert.deepEqual(await findOutcome(interaction, issuer), outcome)
    assert.doesNotMatch(JSON.stringify(record), /the-code|shop\.example/)
    await assert.rejects(findOutcome({ ...interaction, key: 'other' }, issuer))
  })
})
