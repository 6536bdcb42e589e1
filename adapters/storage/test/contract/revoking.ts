/** What is revoked stays so, also what was still a code when it was. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Store, Write } from '@symbolon/authorization-server/ports/store'
import * as a from '../samples.ts'
import { many, openAt, openFresh, type Place } from './place.ts'

const { now } = a

const revocations: readonly Write[] = [
  { do: 'revoke-grants-of', personId: 'alice-id', clientId: 'print-shop', now },
  { do: 'revoke-grants-of-session', sessionId: 'session-1', personId: 'alice-id', now },
]

const redeem = (index: number): readonly Write[] => [
  { do: 'redeem-code', codeHash: `code-${index}`, now },
  { do: 'insert-grant', grant: { ...a.grant, grantId: `grant-${index}`, personId: `person-${index}` } },
]

export function revoking(place: Place): void {
  describe('revoking', () => {
    for (const revocation of revocations) {
      it(`by ${revocation.do} also takes the code that the grant still is`, async () => {
        await using storage = await openFresh(place)
        const { store } = storage
        await store.commit([{ do: 'insert-code', code: a.code }])
        await store.commit([revocation])
        assert.equal((await store.codes.find('code-1'))?.code.redeemedAt, now)
        assert.deepEqual(await store.commit(redeem(1)), { committed: false, lost: 'redeem-code' })
        assert.equal(await store.grants.find('grant-1'), undefined)
      })
    }

    it('and redeeming at once never leave a grant alive', async () => {
      const location = await place.fresh()
      await using storage = await openAt(location)
      await using another = place.shared ? await openAt(location) : undefined
      const [store, other]: readonly [Store, Store] = [storage.store, another?.store ?? storage.store]
      const pairs = many(40, (index) => index)
      await store.commit(
        pairs.map((index) => ({
          do: 'insert-code',
          code: { ...a.code, codeHash: `code-${index}`, grantId: `grant-${index}`, personId: `person-${index}` },
        })),
      )
      const revoke = (index: number) =>
        other.commit([{ do: 'revoke-grants-of', personId: `person-${index}`, clientId: 'print-shop', now }])
      await Promise.all(
        pairs.flatMap((index) => {
          const both = [() => store.commit(redeem(index)), () => revoke(index)]
          return (index % 2 === 0 ? both : both.reverse()).map((start) => start())
        }),
      )
      const grants = await Promise.all(pairs.map((index) => store.grants.find(`grant-${index}`)))
      const alive = grants.filter((found) => found !== undefined && found.grant.revokedAt === null)
      assert.deepEqual(alive, [])
    })

    it('by giving up codes leaves those that were redeemed, to know them again', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const codes = many(20, (index) => ({ ...a.code, codeHash: `code-${index}` }))
      await store.commit(codes.map((code) => ({ do: 'insert-code', code })))
      await store.commit([{ do: 'redeem-code', codeHash: 'code-3', now }])
      await store.commit([{ do: 'drop-codes', codeHashes: codes.slice(0, 18).map(({ codeHash }) => codeHash) }])
      const left = await Promise.all(codes.map(({ codeHash }) => store.codes.find(codeHash)))
      assert.deepEqual(
        left.flatMap((found) => found?.code.codeHash ?? []),
        ['code-3', 'code-18', 'code-19'],
      )
    })

    it('by giving up grants takes their tokens with them, and no others', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const all = many(20, (index) => ({ grantId: `grant-${index}`, tokenHash: `access-${index}` }))
      await store.commit(all.map(({ grantId }) => ({ do: 'insert-grant', grant: { ...a.grant, grantId } })))
      await store.commit(all.map((own) => ({ do: 'insert-access-token', token: { ...a.accessToken, ...own } })))
      const gone = all.slice(0, 18)
      const [grantIds, tokenHashes] = [gone.map((own) => own.grantId), gone.map((own) => own.tokenHash)]
      await store.commit([{ do: 'drop-grants', grantIds, tokenHashes }])
      const grants = await Promise.all(all.map(({ grantId }) => store.grants.find(grantId)))
      const tokens = await Promise.all(all.map(({ tokenHash }) => store.accessTokens.find(tokenHash)))
      const left = ['grant-18', 'grant-19']
      assert.deepEqual(
        grants.flatMap((found) => found?.grant.grantId ?? []),
        left,
      )
      assert.deepEqual(
        tokens.flatMap((found) => found?.token.grantId ?? []),
        left,
      )
    })

    it('is not undone by touching or narrowing', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const revoked = { ...a.grant, revokedAt: 900 }
      await store.commit([{ do: 'insert-grant', grant: revoked }])
      await store.commit([
        { do: 'touch-grant', grantId: 'grant-1', lastUsedAt: 1_100, expiresAt: 99_000 },
        { do: 'narrow-grant', grantId: 'grant-1', scope: [], claims: null },
        { do: 'revoke-grant', grantId: 'grant-1', now },
      ])
      assert.deepEqual((await store.grants.find('grant-1'))?.grant, revoked)
    })

    it('ends the family of a token and no other', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const other = { ...a.grant, grantId: 'grant-2', sessionId: 'session-2', clientId: 'other' }
      await store.commit([
        { do: 'insert-grant', grant: a.grant },
        { do: 'insert-grant', grant: other },
        { do: 'insert-refresh-token', token: a.refreshToken },
        { do: 'insert-access-token', token: a.accessToken },
      ])
      await store.commit(revocations)
      assert.equal((await store.refreshTokens.find('refresh-1'))?.grant.revokedAt, now)
      assert.equal((await store.accessTokens.find('access-1'))?.grant?.revokedAt, now)
      assert.deepEqual((await store.grants.find('grant-2'))?.grant, other)
    })

    it('by jti may be said twice (RFC 7009 §2.2)', async () => {
      await using storage = await openFresh(place)
      const revoke = () => storage.store.commit([{ do: 'revoke-jti', jti: 'jti', expiresAt: 2_000 }])
      assert.deepEqual([await revoke(), await revoke()], [{ committed: true }, { committed: true }])
    })

    it('and touching leave an ended session and a replaced refresh token as they are', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const ended = { ...a.session, endedAt: 900 }
      const rotated = { ...a.refreshToken, rotatedAt: 900, successor: 's' }
      await store.commit([
        { do: 'insert-session', session: ended },
        { do: 'insert-grant', grant: a.grant },
        { do: 'insert-refresh-token', token: rotated },
      ])
      await store.commit([
        { do: 'touch-session', sessionId: 'session-1', lastSeenAt: 1_100, expiresAt: 99_000 },
        { do: 'end-session', sessionId: 'session-1', now },
        { do: 'touch-refresh-token', tokenHash: 'refresh-1', expiresAt: 99_000 },
      ])
      assert.deepEqual(await store.sessions.find('session-1'), ended)
      assert.deepEqual((await store.refreshTokens.find('refresh-1'))?.token, rotated)
    })
  })
}
