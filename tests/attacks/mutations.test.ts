/**
 * Requests of every endpoint, also from deep within a sign-in, changed in every way an attacker can: never an internal
 * error, never an answer without bounds, and nobody gets what only the person or the client could have given.
 *
 * `SYMBOLON_MUTATIONS=20000` makes it so many.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { type Asked, type Mutation, mutations } from './mutations/mutate.ts'
import { openSite, type Site } from './mutations/site.ts'

const runs = Number(process.env.SYMBOLON_MUTATIONS ?? 1_000)
const largestAnswer = 200_000

describe('a request that somebody tampered with', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  const mutated = (asked: Asked, changes: readonly Mutation[], others: readonly Asked[]) =>
    changes.reduce((before, change) => change(before, others), asked)
  const index = fc.nat({ max: 1_000 })

  it('is answered soundly, whatever it was before (RFC 6749 §10.14) [RFC6749-10.14-01]', async () => {
    await fc.assert(
      fc.asyncProperty(index, mutations, async (which, changes) => {
        const { rightful } = site
        const asked = rightful[which % rightful.length]
        assert.ok(asked)
        const answer = await site.send(mutated(asked, changes, rightful))
        assert.ok(answer.status < 500, `status ${answer.status}`)
        assert.ok(answer.body.length < largestAnswer, `${answer.body.length} bytes`)
        for (const [name, lines] of Object.entries(answer.headers))
          assert.doesNotMatch([lines].flat().join(''), /[\r\n]/, name)
        assert.ok(!answer.body.includes('<script>alert'))
      }),
      { numRuns: runs },
    )
  })

  it('gives nobody a session, a code, a consent or a token without what it takes (attack 20) (attack 30) (attack 31) (attack 36) (attack 82) (attack 104)', async () => {
    const others = site.wrongful.map(({ asked }) => asked)
    site.committed()
    await fc.assert(
      fc.asyncProperty(index, mutations, async (which, changes) => {
        const { asked, never } = site.wrongful[which % site.wrongful.length] ?? { asked: undefined, never: [] }
        assert.ok(asked)
        // Other forms of the same hands: what could be put together from all that they know.
        const hands = others.filter(({ headers }) => headers.cookie === asked.headers.cookie)
        const answer = await site.send(mutated(asked, changes, hands))
        assert.ok(answer.status < 500, `status ${answer.status}`)
        const written = site.committed()
        for (const one of never) assert.ok(!written.includes(one), `${one} was written`)
        assert.doesNotMatch(answer.body, /"access_token"/)
        assert.doesNotMatch(String(answer.headers.location ?? ''), /[?&]code=/)
      }),
      { numRuns: runs },
    )
  })

  it('would have been carried out as it was, so that refusals mean something', async () => {
    const fresh = await openSite()
    const written = async (asked: Asked) => {
      await fresh.send(asked)
      return fresh.committed()
    }
    const { asking, allowing, redeeming, removing } = fresh.named
    assert.equal((await fresh.send(asking)).status, 303)
    assert.ok((await written(allowing)).includes('insert-code'))
    assert.ok((await written(redeeming)).includes('redeem-code'))
    assert.ok((await written(removing)).length > 0)
    await fresh.close()
  })
})
