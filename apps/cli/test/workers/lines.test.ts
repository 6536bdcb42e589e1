/** How the one log is put together from what each worker writes. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { it } from 'node:test'
import { passWholeLines } from '../../src/workers/lines.ts'

it('passes whole lines on, however they come, and leaves out one whose writer died in the middle of it', async () => {
  const from = new PassThrough()
  const passed: string[] = []
  passWholeLines(from, (lines) => passed.push(lines))
  const [first, second] = [Buffer.from('{"a":"é"}\n{"b'), Buffer.from('":2}\n{"c":3}\n{"d')]
  // Cut within a letter of two bytes, too.
  for (const part of [first.subarray(0, 7), first.subarray(7), second]) from.write(part)
  from.end()
  await once(from, 'close')
  assert.deepEqual(passed, ['{"a":"é"}\n', '{"b":2}\n{"c":3}\n'])
})
