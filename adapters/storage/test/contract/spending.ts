/** Single use: whoever loses the race leaves nothing behind. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Committed, Spend, Store, Write } from '@symbolon/authorization-server/ports/store'
import * as a from '../samples.ts'
import { many, openAt, openFresh, type Place } from './place.ts'

const { now } = a
const racers = 50

/** Commits all at once, each with a marker of its own; gives the markers of those who won. */
async function race(stores: readonly Store[], writesOf: (index: number) => readonly Write[]) {
  const commits = many(racers, (index) => (stores[index % stores.length] as Store).commit(writesOf(index)))
  const answers = await Promise.all(commits)
  return {
    winners: answers.flatMap(({ committed }, index) => (committed ? [index] : [])),
    lost: new Set(answers.flatMap((answer: Committed) => (answer.committed ? [] : [answer.lost]))),
  }
}

/** A write that shows whether the commit it stands in happened. */
const marker = (index: number): Write => ({ do: 'revoke-jti', jti: `marker-${index}`, expiresAt: 9_999 })
const marked = async (store: Store) => {
  const found = await Promise.all(many(racers, (index) => store.accessTokens.isRevoked(`marker-${index}`)))
  return found.flatMap((there, index) => (there ? [index] : []))
}

const races: readonly {
  readonly title: string
  readonly given: readonly Write[]
  readonly spend: (index: number) => Spend
}[] = [
  {
    title: 'redeems a code once, and only the winner stores a grant (attack 33)',
    given: [{ do: 'insert-code', code: a.code }],
    spend: () => ({ do: 'redeem-code', codeHash: 'code-1', now }),
  },
  {
    title: 'gives a refresh token one successor (attack 40)',
    given: [
      { do: 'insert-grant', grant: a.grant },
      { do: 'insert-refresh-token', token: a.refreshToken },
    ],
    spend: (index) => ({ do: 'rotate-refresh-token', tokenHash: 'refresh-1', successor: `s-${index}`, now }),
  },
  {
    title: 'finishes an interaction once',
    given: [],
    spend: (index) => ({ do: 'finish-interaction', outcome: { ...a.outcome, sealed: `sealed-${index}` } }),
  },
  {
    title: 'accepts an assertion once (RFC 7523 §3) [RFC7523-3-05]',
    given: [],
    spend: () => ({ do: 'use-assertion', clientId: 'print-shop', jtiHash: 'jti', expiresAt: 2_000 }),
  },
  {
    title: 'adds a client once',
    given: [],
    spend: (index) => ({ do: 'add-client', client: { ...a.client, updatedAt: index } }),
  },
  {
    title: 'lets one claim a name that nobody had',
    given: [],
    spend: () => ({ do: 'claim', name: 'keys', version: 0 }),
  },
  {
    title: 'keeps the first of many first answers of a person',
    given: [],
    spend: (index) => ({ do: 'add-consent', consent: { ...a.consent, scope: [`scope-${index}`] } }),
  },
  {
    title: 'changes a consent once from what it was read as',
    given: [{ do: 'put-consent', consent: a.consent }],
    spend: (index) => ({
      do: 'replace-consent',
      consent: { ...a.consent, scope: [`scope-${index}`] },
      seen: a.consent,
    }),
  },
  {
    title: 'lets one claim a name at its version',
    given: [{ do: 'claim', name: 'keys', version: 0 }],
    spend: () => ({ do: 'claim', name: 'keys', version: 1 }),
  },
]

export function spending(place: Place): void {
  describe('fifty at once', () => {
    for (const { title, given, spend } of races) {
      it(title, async () => {
        const location = await place.fresh()
        await using storage = await openAt(location)
        await using another = place.shared ? await openAt(location) : undefined
        const { store } = storage
        const stores = another === undefined ? [store] : [store, another.store]
        await store.commit(given)
        // Half of them write before they spend, so that there is something to undo.
        const { winners, lost } = await race(stores, (index) =>
          index % 2 === 0 ? [spend(index), marker(index)] : [marker(index), spend(index)],
        )
        assert.equal(winners.length, 1)
        assert.deepEqual(await marked(store), winners)
        assert.deepEqual([...lost], [spend(0).do])
      })
    }

    it('the successor kept is the winner’s', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      await store.commit([
        { do: 'insert-grant', grant: a.grant },
        { do: 'insert-refresh-token', token: a.refreshToken },
      ])
      const { winners } = await race([store], (index) => [
        { do: 'rotate-refresh-token', tokenHash: 'refresh-1', successor: `${index}`, now },
      ])
      assert.equal((await store.refreshTokens.find('refresh-1'))?.token.successor, `${winners[0]}`)
    })

    it('counts every failure', async () => {
      await using storage = await openFresh(place)
      await race([storage.store], () => [{ do: 'count-failure', key: 'alice', now, expiresAt: 2_000 }])
      assert.equal((await storage.store.throttles.find(['alice']))[0]?.failures, racers)
    })
  })

  describe('what holds a row while that row is ended', () => {
    const codes = many(racers, (index) => `code-${index}`)
    const isAlive = async (store: Store, codeHash: string) => {
      const found = await store.codes.find(codeHash)
      return found !== undefined && found.code.redeemedAt === null
    }
    const cases: readonly { readonly title: string; readonly hold: Spend; readonly end: readonly Write[] }[] = [
      {
        title: 'leaves no code of a session that was ended',
        hold: { do: 'hold-session', sessionId: a.session.sessionId },
        end: [
          { do: 'end-session', sessionId: a.session.sessionId, now },
          { do: 'revoke-grants-of-session', sessionId: a.session.sessionId, personId: a.session.personId, now },
        ],
      },
      {
        title: 'leaves no code of an app that was removed',
        hold: { do: 'hold-consent', seen: a.consent },
        end: [
          { do: 'delete-consent', personId: a.consent.personId, clientId: a.consent.clientId },
          { do: 'revoke-grants-of', personId: a.consent.personId, clientId: a.consent.clientId, now },
        ],
      },
    ]
    for (const { title, hold, end } of cases) {
      it(title, async () => {
        const location = await place.fresh()
        await using storage = await openAt(location)
        await using another = place.shared ? await openAt(location) : undefined
        const stores = [storage.store, another?.store ?? storage.store] as const
        await storage.store.commit([
          { do: 'insert-session', session: a.session },
          { do: 'put-consent', consent: a.consent },
        ])
        const answers = await Promise.all(
          codes.map((codeHash, index) => {
            const code = { ...a.code, codeHash, grantId: codeHash, scope: ['openid'] }
            const given = stores[index % 2 === 0 ? 0 : 1].commit([hold, { do: 'insert-code', code }])
            return index === racers / 2 ? Promise.all([given, stores[1].commit(end)]).then(([first]) => first) : given
          }),
        )
        assert.ok(answers.every((answer) => answer.committed || answer.lost === hold.do))
        const alive = await Promise.all(codes.map((codeHash) => isAlive(storage.store, codeHash)))
        assert.ok(!alive.includes(true))
        assert.deepEqual(await storage.store.commit([hold]), { committed: false, lost: hold.do })
      })
    }
  })

  describe('a commit', () => {
    it('loses what is not there', async () => {
      await using storage = await openFresh(place)
      const spends: readonly Write[] = [
        { do: 'redeem-code', codeHash: 'none', now },
        { do: 'rotate-refresh-token', tokenHash: 'none', successor: 's', now },
        { do: 'claim', name: 'none', version: 3 },
      ]
      for (const spend of spends) {
        const lost = { committed: false, lost: spend.do }
        assert.deepEqual(await storage.store.commit([spend]), lost)
        assert.deepEqual(await storage.store.commit([marker(0), spend, marker(1)]), lost)
      }
      assert.deepEqual(await marked(storage.store), [])
    })

    it('names the first of two that are lost', async () => {
      await using storage = await openFresh(place)
      const committed = await storage.store.commit([
        { do: 'claim', name: 'none', version: 3 },
        { do: 'redeem-code', codeHash: 'none', now },
      ])
      assert.deepEqual(committed, { committed: false, lost: 'claim' })
    })

    it('leaves nothing of itself, and all of its neighbours, when one of its writes fails', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      await store.commit([{ do: 'insert-grant', grant: a.grant }])
      const answers = await Promise.allSettled([
        store.commit([marker(0)]),
        store.commit([marker(1), { do: 'insert-grant', grant: a.grant }, marker(2)]),
        store.commit([marker(3)]),
      ])
      assert.deepEqual(
        answers.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      assert.deepEqual(await marked(store), [0, 3])
    })

    it('of nothing is committed', async () => {
      await using storage = await openFresh(place)
      assert.deepEqual(await storage.store.commit([]), { committed: true })
    })

    it('may hold hundreds of writes', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const keys = many(500, (index) => `key-${index}`)
      await store.commit(keys.map((key) => ({ do: 'count-failure', key, now, expiresAt: 2_000 }) as const))
      assert.equal((await store.throttles.find(keys)).length, 500)
    })
  })
}
