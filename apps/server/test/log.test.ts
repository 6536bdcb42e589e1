/** One line of JSON for each entry. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jsonLog } from '@symbolon/server/log'

const lineOf = (entry: Parameters<ReturnType<typeof jsonLog>>[0]): string => {
  let line = ''
  jsonLog(
    (text) => {
      line += text
    },
    () => 0,
  )(entry)
  return line
}

const request = { level: 'info', flow: '8S1K-42QD', method: 'POST', route: '/token', status: 200, took: 7 } as const

describe('the log', () => {
  it('writes a request as one line with its flow, route, status, time, client and reason', () => {
    const line = lineOf({ ...request, client: 'shop\n{"level":"fatal"}', reason: 'code_expired' })
    assert.equal(line.split('\n').length, 2)
    assert.deepEqual(JSON.parse(line), {
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      flow: '8S1K-42QD',
      method: 'POST',
      status: 200,
      client: 'shop\n{"level":"fatal"}',
      reason: 'code_expired',
      path: '/token',
      ms: 7,
    })
  })

  it('writes what was thrown with its stack, and none of its other properties', () => {
    const cause = Object.assign(new TypeError('broken'), { parameters: ['hunter2'] })
    const line = lineOf({ ...request, level: 'error', status: 500, cause })
    const { error } = JSON.parse(line)
    assert.deepEqual([error.name, error.message], ['TypeError', 'broken'])
    assert.match(error.stack, /log\.test\.ts/)
    assert.ok(!line.includes('hunter2'))
  })
})
