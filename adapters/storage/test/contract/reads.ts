/** What each read leaves out, in which order it answers, and how people are found. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StorageConflict } from '@symbolon/authorization-server/ports/store'
import * as a from '../samples.ts'
import { many, openAlone, openFresh, type Place } from './place.ts'

const { now } = a

export function reads(place: Place): void {
  describe('reads', () => {
    it('find nothing in an empty database', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      assert.deepEqual(
        await Promise.all([
          store.clients.find('x'),
          store.people.find('x'),
          store.people.findByLogin('x'),
          store.sessions.find('x'),
          store.codes.find('x'),
          store.grants.find('x'),
          store.refreshTokens.find('x'),
          store.accessTokens.find('x'),
        ]),
        many(8, () => undefined),
      )
      assert.equal(await store.version('x'), 0)
      assert.equal(await store.accessTokens.isRevoked('x'), false)
    })

    it('find a person by username or email however it is typed', async () => {
      await using storage = await openFresh(place)
      await storage.store.commit([{ do: 'put-person', person: a.person }])
      for (const login of ['alice', ' ALICE ', 'Ａｌｉｃｅ', 'alice@example.ORG']) {
        assert.deepEqual(await storage.store.people.findByLogin(login), a.person)
      }
      assert.equal(await storage.store.people.findByLogin('alic'), undefined)
    })

    it('refuse a second person with the same username or email, however it is typed', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      await store.commit([{ do: 'put-person', person: a.person }])
      for (const change of [{ email: null }, { username: 'bob', email: 'ALICE@example.org' }]) {
        const person = { ...a.person, personId: 'bob-id', username: 'ALICE', ...change }
        await assert.rejects(store.commit([{ do: 'put-person', person }]), StorageConflict)
      }
      const nobody = { ...a.person, personId: 'bob-id', username: 'bob', email: null }
      const nobodyElse = { ...nobody, personId: 'carol-id', username: 'carol' }
      await store.commit([
        { do: 'put-person', person: nobody },
        { do: 'put-person', person: nobodyElse },
      ])
      assert.deepEqual(await store.people.list(), [a.person, nobody, nobodyElse])
    })

    it('keep a password that was changed while the old one was being hashed anew', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const changed = { ...a.person, passwordHash: 'of the new password' }
      await store.commit([{ do: 'put-person', person: changed }])
      const write = { do: 'replace-password-hash', personId: 'alice-id', to: 'stronger', now } as const
      assert.deepEqual(await store.commit([{ ...write, from: '$argon2id$hash' }]), { committed: true })
      assert.deepEqual(await store.people.find('alice-id'), changed)
    })

    it('take a name as a username before they take it as an email', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const namedSo = { ...a.person, personId: 'other-id', username: 'alice@example.org', email: null }
      await store.commit([
        { do: 'put-person', person: a.person },
        { do: 'put-person', person: namedSo },
      ])
      assert.equal((await store.people.findByLogin('alice@example.org'))?.personId, 'other-id')
    })

    it('leave out sessions that ended or expired, and give the newest sign-in first', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const older = { ...a.session, sessionId: 'older', authTime: 400 }
      const ended = { ...a.session, sessionId: 'ended', endedAt: 900 }
      const expired = { ...a.session, sessionId: 'expired', expiresAt: now }
      const sessions = [older, a.session, ended, expired]
      await store.commit(sessions.map((session) => ({ do: 'insert-session', session }) as const))
      const known = await store.sessions.ofBrowser('browser-1', now)
      assert.deepEqual(
        known.map(({ session }) => session),
        [a.session, older],
      )
      assert.deepEqual(await store.sessions.ofPerson('alice-id', now), [a.session, older])
      assert.deepEqual(await store.sessions.find('ended'), ended)
    })

    it('give a session with its person as they are now, and what they allow the client that asks', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const ofNobody = { ...a.session, sessionId: 'of-nobody', personId: 'gone-id', authTime: 400 }
      await store.commit([
        { do: 'put-person', person: a.person },
        { do: 'put-consent', consent: a.consent },
        { do: 'insert-session', session: a.session },
        { do: 'insert-session', session: ofNobody },
      ])
      const gone = { session: ofNobody, person: undefined, consent: undefined }
      const known = { session: a.session, person: a.person, consent: a.consent }
      assert.deepEqual(await store.sessions.ofBrowser('browser-1', now, 'print-shop'), [known, gone])
      assert.deepEqual(await store.sessions.ofBrowser('browser-1', now, 'other'), [
        { ...known, consent: undefined },
        gone,
      ])

      const consent = { ...a.consent, scope: ['openid'], updatedAt: now }
      const person = { ...a.person, disabled: true }
      await store.commit([
        { do: 'put-consent', consent },
        { do: 'put-person', person },
        { do: 'touch-session', sessionId: a.session.sessionId, lastSeenAt: now, expiresAt: 9_000 },
      ])
      const session = { ...a.session, lastSeenAt: now, expiresAt: 9_000 }
      assert.deepEqual(await store.sessions.ofBrowser('browser-1', now, 'print-shop'), [
        { session, person, consent },
        gone,
      ])
    })

    it('leave out grants that are revoked or expired', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const revoked = { ...a.grant, grantId: 'revoked', revokedAt: 900 }
      const expired = { ...a.grant, grantId: 'expired', expiresAt: now }
      await store.commit([revoked, expired, a.grant].map((grant) => ({ do: 'insert-grant', grant }) as const))
      assert.deepEqual(await store.grants.ofPerson('alice-id', now), [a.grant])
    })

    it('say of a token that its person is disabled, or gone', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const disabled = { ...a.person, disabled: true }
      await store.commit([
        { do: 'put-person', person: disabled },
        { do: 'insert-grant', grant: a.grant },
        { do: 'insert-refresh-token', token: a.refreshToken },
        { do: 'insert-grant', grant: { ...a.grant, grantId: 'of-nobody', personId: 'gone-id' } },
      ])
      assert.deepEqual((await store.refreshTokens.find('refresh-1'))?.person, { personId: 'alice-id', disabled: true })
      assert.deepEqual((await store.grants.find('of-nobody'))?.person, undefined)
    })

    it('give with an access token, and with a grant, what userinfo tells of the person', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const { personId, disabled, username, email, claims, updatedAt } = a.person
      const profile = { personId, disabled, username, email, claims, updatedAt }
      await store.commit([
        { do: 'put-person', person: a.person },
        { do: 'insert-grant', grant: a.grant },
        { do: 'insert-access-token', token: a.accessToken },
      ])
      assert.deepEqual((await store.accessTokens.findWithProfile('access-1'))?.person, profile)
      assert.deepEqual(await store.grants.findWithProfile('grant-1'), { grant: a.grant, person: profile })

      await store.commit([{ do: 'put-person', person: { ...a.person, disabled: true } }])
      assert.equal((await store.accessTokens.findWithProfile('access-1'))?.person?.disabled, true)
      assert.equal(await storage.other.accessTokens.findWithProfile('access-1'), undefined)
      await store.commit([{ do: 'delete-person', personId, now: a.now, announcedUntil: 9_000 }])
      assert.equal(await store.accessTokens.findWithProfile('access-1'), undefined)
      assert.equal(await store.grants.findWithProfile('grant-1'), undefined)
    })

    it("give a client's own access token without grant and person", async () => {
      await using storage = await openFresh(place)
      const token = { ...a.accessToken, grantId: null, personId: null }
      await storage.store.commit([{ do: 'insert-access-token', token }])
      const found = await storage.store.accessTokens.find('access-1')
      assert.deepEqual(found, { token, grant: undefined, person: undefined })
    })

    it('find any number of throttles at once', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const keys = many(9, (index) => `key-${index}`)
      await store.commit(keys.map((key) => ({ do: 'count-failure', key, now, expiresAt: 2_000 }) as const))
      assert.deepEqual(await store.throttles.find([]), [])
      assert.deepEqual((await store.throttles.find(keys)).map(({ key }) => key).sort(), keys)
    })

    it('count failures again from one after the record expired', async () => {
      await using storage = await openFresh(place)
      const count = (at: number, expiresAt: number) =>
        storage.store.commit([{ do: 'count-failure', key: 'alice', now: at, expiresAt }])
      await count(100, 200)
      await count(150, 250)
      await count(250, 350)
      const [found] = await storage.store.throttles.find(['alice'])
      assert.deepEqual(found, { key: 'alice', failures: 1, lastFailureAt: 250, expiresAt: 350 })
    })

    it('give each issuer the same store every time', async () => {
      await using storage = await openAlone(place)
      await storage.store.commit([{ do: 'put-client', client: a.client }])
      const again = await storage.issuer('https://as.example')
      assert.deepEqual(await again.clients.list(), [a.client])
    })
  })
}
