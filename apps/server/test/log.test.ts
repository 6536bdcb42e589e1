/** One line of JSON for each entry, and lines written together. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { jsonLog, linesTo } from '@symbolon/server/log'

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

/** Takes a write at a time, and the next when it is told to read. */
function reader() {
  const writes: string[] = []
  let read = () => {}
  const stream = new Writable({
    decodeStrings: false,
    write: (lines, _encoding, done) => {
      writes.push(lines)
      read = done
    },
  })
  return {
    stream,
    writes,
    read: async () => {
      read()
      await turn()
    },
  }
}

describe('lines', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())
  const pause = () => mock.timers.tick(10)

  it('that come shortly after each other are written together', () => {
    const { stream, writes } = reader()
    const write = linesTo(stream)
    for (const line of ['a\n', 'b\n', 'c\n']) write(line)
    assert.deepEqual(writes, [])
    pause()
    assert.deepEqual(writes, ['a\nb\nc\n'])
  })

  it('that are urgent are written at once, after those before them', async () => {
    const { stream, writes } = reader()
    const write = linesTo(stream)
    write('a\n')
    write('broken\n', true)
    assert.deepEqual(writes, ['a\nbroken\n'])
  })

  it('wait for a slow reader, and all come in their order', async () => {
    const { stream, writes, read } = reader()
    const write = linesTo(stream)
    for (const line of ['a\n', 'b\n', 'c\n']) {
      write(line)
      pause()
    }
    assert.deepEqual(writes, ['a\n'])
    await read()
    assert.deepEqual(writes, ['a\n', 'b\nc\n'])
  })

  it('that nobody reads are left out from a size on, and it is said how many', async () => {
    const { stream, writes, read } = reader()
    const write = linesTo(stream, 10)
    write('first\n')
    pause()
    for (let count = 0; count < 1_000; count++) write('later\n')
    assert.equal(stream.writableLength, 'first\n'.length)
    await read()
    const [later, notice] = writes[1]?.split('\n') ?? []
    assert.equal(later, 'later')
    const { level, lines } = JSON.parse(notice ?? '')
    assert.deepEqual([level, lines], ['warn', 999])
    await read()
    write('again\n')
    pause()
    assert.equal(writes[2], 'again\n')
  })

  for (const [how, end] of [
    ['process.exit', 'process.exit(3)'],
    ['an error that nothing catches', 'throw new Error("broken")'],
    ['nothing more to do', ''],
  ] as const)
    it(`are written when ${how} ends the process`, () => {
      const code = `import { jsonLog, linesTo } from '@symbolon/server/log'
        const log = jsonLog(linesTo(process.stdout))
        for (let at = 0; at < 100; at++) log({ level: 'info', message: 'line', at })
        ${end}`
      const options = { cwd: import.meta.dirname, encoding: 'utf8' } as const
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], options)
      const lines = stdout.trim().split('\n')
      assert.deepEqual([lines.length, JSON.parse(lines[99] ?? '').at], [100, 99])
    })
})
