/** Several processes write one log: what each has written is passed on in whole lines. */
import type { Readable } from 'node:stream'

const lineBreak = 0x0a

/** A line whose writer died in the middle of it is left out. */
export function passWholeLines(from: Readable, write: (lines: string) => unknown): void {
  let begun: readonly Buffer[] = []
  from.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(lineBreak) + 1
    if (end > 0) write(Buffer.concat([...begun, chunk.subarray(0, end)]).toString())
    const rest = chunk.subarray(end)
    begun = [...(end > 0 ? [] : begun), ...(rest.length > 0 ? [rest] : [])]
  })
}
