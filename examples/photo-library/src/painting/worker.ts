/** The worker thread that paints and shrinks, one picture after the other, so that requests never wait for it. */
import { parentPort } from 'node:worker_threads'
import { encode } from 'jpeg-js'
import { type Delivery, type Order, originalSize, type Work } from './order.ts'
import { paint } from './scenes.ts'
import { readPixels, reduce, shrink } from './shrink.ts'

function make(work: Work): Uint8Array {
  if (work.kind === 'shrink') return encode(shrink(readPixels(work.bytes, work.type), 320), 84).data
  const { width, height } = originalSize
  if (work.size === 'original') return encode({ width, height, data: paint(work.scene, width, height) }, 88).data
  const large = { width: 640, height: 426, data: paint(work.scene, 640, 426) }
  return encode(reduce(large, { width: 320, height: 213 }), 84).data
}

parentPort?.on('message', ({ number, work }: Order) => {
  const deliver = (delivery: Delivery) => parentPort?.postMessage(delivery)
  try {
    deliver({ number, jpeg: make(work) })
  } catch (error) {
    deliver({ number, failure: error instanceof Error ? error.message : String(error) })
  }
})
