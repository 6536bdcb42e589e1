/**
 * Random bytes for handles and references, fetched from the system's generator many at a time: asking for a few costs as
 * much as asking for many. No byte is given twice, and none stays behind where it was given from.
 */
import { randomBytes } from 'node:crypto'

const fetchedAtOnce = 4_096
const mostFromStock = 64

export function createRandom(): (bytes: number) => Uint8Array {
  let stock = Buffer.alloc(0)
  let given = 0
  return (bytes) => {
    if (bytes > mostFromStock) return randomBytes(bytes)
    if (given + bytes > stock.length) {
      stock = randomBytes(fetchedAtOnce)
      given = 0
    }
    const taken = Buffer.copyBytesFrom(stock, given, bytes)
    stock.fill(0, given, given + bytes)
    given += bytes
    return taken
  }
}
