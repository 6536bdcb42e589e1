import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { clientFrom } from '../../src/client.ts'
import { introspection } from '../../src/endpoints/introspection.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { createSealing } from '../../src/keys/sealing.ts'
import { subjectFor, withHintedAmong } from '../../src/people/subject.ts'
import {
  alice,
  basic,
  callback,
  claimsOf,
  clientRecord,
  createWorld,
  redemption,
  type World,
} from '../support/back-channel/world.ts'

const pairwise = (clientId: string, metadata: Readonly<Record<string, unknown>> = {}) =>
  clientRecord(clientId, { subject_type: 'pairwise', ...metadata })

const subject = (record: ReturnType<typeof clientRecord>, secret = 'a secret of at least thirty-two characters') =>
  subjectFor({ sealing: createSealing(secret) }, clientFrom(record), alice.personId)

describe('the subject by which a client knows a person (OpenID Connect Core §8)', () => {
  it('is the same for every client with public subjects [OIDC-Core-8-01]', () => {
    assert.equal(subject(clientRecord('one')), alice.personId)
    assert.equal(subject(clientRecord('two')), alice.personId)
  })

  it('differs from sector to sector, stays the same within one, and does not show the person (§8.1) [OIDC-Core-8.1-01] [OIDC-Core-17.3-01]', () => {
    const one = subject(pairwise('one'))
    assert.notEqual(one, subject(pairwise('two')))
    assert.equal(one, subject(pairwise('another', { redirect_uris: ['https://one.example:8443/elsewhere'] })))
    const shared = { sector_identifier_uri: 'https://one.example/sector.json' }
    assert.equal(one, subject(pairwise('two', shared)))
    assert.ok(!one.includes(alice.personId))
    assert.ok(one.length <= 255)
  })

  it('is the same after a restart with the same secret, and another with another secret (§8.1) [OIDC-Core-8.1-01]', () => {
    assert.equal(subject(pairwise('one')), subject(pairwise('one')))
    assert.notEqual(subject(pairwise('one')), subject(pairwise('one'), 'another secret of at least thirty-two'))
  })

  it('keeps apart clients that have no host', () => {
    const apps = ['one', 'two'].map((id) => pairwise(id, { redirect_uris: ['com.example.app:/callback'] }))
    assert.equal(new Set(apps.map((app) => subject(app))).size, 2)
  })

  it('takes nobody into the sector of a host that is only written behind a scheme of its own, or is the device (§8.1) [OIDC-Core-8.1-01]', () => {
    const web = subject(pairwise('web', { redirect_uris: ['https://bank.example/callback'] }))
    const app = subject(pairwise('app', { redirect_uris: ['com.example.app://bank.example/callback'] }))
    assert.notEqual(app, web)
    const devices = ['one', 'two'].map((id) => pairwise(id, { redirect_uris: ['http://127.0.0.1/callback'] }))
    assert.equal(new Set(devices.map((device) => subject(device))).size, 2)
  })
})

describe('a hint with a subject (OpenID Connect Core §3.1.2.1)', () => {
  const sealing = createSealing('a secret of at least thirty-two characters')
  const near = clientFrom(pairwise('near'))
  const people = [{ person: alice }]
  const hinted = (hintedPerson: string, client = near) =>
    withHintedAmong({ hintedPerson }, people, { issuer: { sealing }, client }).hintedPerson

  it('names a person as its client knows them, and in no other way [OIDC-Core-8.1-01]', () => {
    assert.equal(hinted(subjectFor({ sealing }, near, alice.personId)), alice.personId)
    assert.notEqual(hinted(alice.personId), alice.personId, 'what other clients call them')
    assert.notEqual(hinted(subjectFor({ sealing }, clientFrom(pairwise('far')), alice.personId)), alice.personId)
    assert.equal(hinted(alice.personId, clientFrom(clientRecord('public'))), alice.personId)
  })
})

describe('pairwise subjects on the wire (OpenID Connect Core §8.1)', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    await world.put({ do: 'put-client', client: pairwise('near') })
  })
  after(() => world[Symbol.asyncDispose]())

  it('are one and the same in ID token, JWT access token, userinfo and introspection [OIDC-Core-8.1-01]', async () => {
    const code = await world.code({ clientId: 'near' })
    const form = redemption(code, { client_id: 'near', redirect_uri: callback('near') })
    const { id_token, access_token } = (await world.call(token, { form })).body
    const { sub } = claimsOf(id_token)
    assert.notEqual(sub, alice.personId)
    assert.equal(claimsOf(access_token).sub, sub)
    const told = await world.call(userinfo, { headers: { authorization: `Bearer ${access_token}` } })
    assert.equal(told.body.sub, sub)
    const seen = await world.call(introspection, {
      headers: basic('library'),
      form: { token: String(access_token) },
    })
    assert.equal(seen.body.active, true)
    assert.equal(seen.body.sub, sub)
  })
})
