/** Several processes on one database: what one has spent, no other can. */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import * as a from '../samples.ts'
import type { Order } from './child.ts'
import { many, openAt, type Place } from './place.ts'

const program = new URL('./child.ts', import.meta.url)

export const start = (order: Order): ChildProcess => fork(program, [JSON.stringify(order)])

/** The next message; rejects when the process ends without one. */
export async function hear(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  child.once('disconnect', leave)
  const [message] = await once(child, 'message', { signal: gone.signal })
  child.off('disconnect', leave)
  return message
}

/** Starts one for each order, lets them begin at once, and gives their answers. */
export async function allAtOnce(orders: readonly Order[]): Promise<readonly unknown[]> {
  const children = orders.map(start)
  await Promise.all(children.map(hear))
  const answers = children.map(hear)
  for (const child of children) child.send('begin')
  return Promise.all(answers)
}

export function processes(place: Place): void {
  describe('several processes', () => {
    it('that redeem the same codes at once get each code once between them (attack 33)', async () => {
      const location = await place.fresh()
      await using storage = await openAt(location)
      const { store } = storage
      const codes = many(40, (index) => ({ ...a.code, codeHash: `code-${index}` }))
      await store.commit(codes.map((code) => ({ do: 'insert-code', code }) as const))

      const orderOf = (process: number): Order => ({
        do: 'commit',
        location,
        commits: codes.map(({ codeHash }, index) => [
          { do: 'insert-grant', grant: { ...a.grant, grantId: `grant-${index}-of-${process}` } },
          { do: 'redeem-code', codeHash, now: a.now },
        ]),
      })
      const won = (await allAtOnce(many(3, orderOf))) as readonly (readonly number[])[]
      assert.deepEqual(
        won.flat().sort((one, other) => one - other),
        codes.map((_, index) => index),
      )
      const ofWinners = won.flatMap((places, process) => places.map((index) => `grant-${index}-of-${process}`))
      const grants = await store.grants.ofPerson('alice-id', a.now)
      assert.deepEqual(grants.map(({ grantId }) => grantId).sort(), ofWinners.sort())
    })

    it('lose nothing that was answered, and leave nothing half done, when one is killed', async () => {
      const location = await place.fresh()
      const child = start({ do: 'commit-on', location })
      let answered = -1
      child.on('message', (number: number) => {
        answered = number
        if (number === 50) child.kill('SIGKILL')
      })
      await once(child, 'disconnect')
      assert(answered >= 50)

      await using storage = await openAt(location)
      const { store } = storage
      // One more may have been committed than could be answered.
      for (const number of many(answered + 2, (index) => index)) {
        const version = await store.version(`${number}`)
        assert.equal(await store.accessTokens.isRevoked(`${number}`), version === 1)
        if (number <= answered) assert.equal(version, 1)
      }
    })
  })
}
