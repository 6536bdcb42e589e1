import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSealing } from '../../src/keys/sealing.ts'
import {
  countFailure,
  createAttempts,
  decideThrottle,
  levels,
  networkOf,
  throttleKeys,
} from '../../src/people/throttle.ts'
import type { ThrottleRecord } from '../../src/ports/records.ts'

const keys = { pair: 'pair', network: 'network', account: 'account' }
const now = 10_000

const failed = (key: string, failures: number, ago = 0): ThrottleRecord => ({
  key,
  failures,
  lastFailureAt: now - ago,
  expiresAt: now + 100,
})

const rows: readonly (readonly [title: string, records: readonly ThrottleRecord[], seconds: number])[] = [
  ['lets the first try pass', [], 0],
  ['lets five wrong passwords pass', [failed('pair', 4)], 0],
  ['waits after the fifth', [failed('pair', 5)], 2],
  ['waits twice as long after the sixth', [failed('pair', 6)], 4],
  ['waits at most a quarter of an hour', [failed('pair', 10_000)], 900],
  ['waits only for what is left', [failed('pair', 6, 3)], 1],
  ['lets pass when the wait is over', [failed('pair', 6, 4)], 0],
  ['waits no longer when the clock was set back', [failed('pair', 6, -3_600)], 4],
  ['forgets what expired', [{ ...failed('pair', 100), expiresAt: now }], 0],
  ['slows a network that tries many accounts', [failed('network', 103)], 16],
  ['slows a network for a minute at most', [failed('network', 10_000)], 60],
  ['takes the longer of two waits', [failed('pair', 5), failed('network', 103)], 16],
  ['never refuses for what others did to the account from elsewhere', [failed('account', 1_000_000)], 0],
]

describe('the throttle', () => {
  for (const [title, records, seconds] of rows) {
    it(title, () => {
      const throttling = decideThrottle(keys, records, now)
      assert.equal(throttling.allowed ? 0 : throttling.seconds, seconds)
    })
  }

  it('only slows an account that is attacked from everywhere', () => {
    assert.deepEqual(decideThrottle(keys, [failed('account', 499)], now), { allowed: true, pause: 0 })
    assert.deepEqual(decideThrottle(keys, [failed('account', 500)], now), { allowed: true, pause: 2 })
    assert(levels.account.free >= 100 * levels.pair.free)
  })

  it('counts a failure for account and network, for the network, and for the account', () => {
    assert.deepEqual(
      countFailure(keys, now).map((write) => 'key' in write && write.key),
      ['pair', 'network', 'account'],
    )
  })

  it('keeps neither account nor address in its keys', () => {
    const sealing = createSealing('s'.repeat(43))
    const one = throttleKeys(sealing, 'alice', '192.0.2.1')
    assert.doesNotMatch(JSON.stringify(one), /alice|192\.0/)
    assert.notEqual(one.pair, throttleKeys(sealing, 'alice', '192.0.2.2').pair)
    assert.equal(one.account, throttleKeys(sealing, 'alice', '192.0.2.2').account)
    assert.equal(one.network, throttleKeys(sealing, 'bob', '192.0.2.1').network)
  })

  it('bounds the tries that are under way at once', () => {
    const attempts = createAttempts(2)
    const [one, two] = [attempts.begin('a'), attempts.begin('a')]
    assert(one && two && attempts.begin('b'))
    assert.equal(attempts.begin('a'), undefined)
    one()
    assert(attempts.begin('a'))
    assert.equal(attempts.begin('a'), undefined)
  })

  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ] as const) {
    it(`takes ${address} for ${network}`, () => assert.equal(networkOf(address), network))
  }
})
