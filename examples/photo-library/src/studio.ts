/** Has pictures painted when they are first needed, keeps them in a folder, and never paints one twice. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Delivery, Order, Work } from './painting/order.ts'
import type { Scene } from './painting/scenes.ts'

export type Size = 'original' | 'thumbnail'

export interface Studio {
  readonly picture: (scene: Scene, size: Size) => Promise<Uint8Array>
  /** A small JPEG of an uploaded picture. @throws for what only pretends to be one. */
  readonly shrink: (bytes: Uint8Array, type: 'image/jpeg' | 'image/png') => Promise<Uint8Array>
  /** Has pictures ready before anyone asks, whenever nothing else is to be done. */
  readonly prepare: (scenes: readonly Scene[], size: Size) => void
  readonly close: () => Promise<void>
}

export function createStudio(folder: string): Studio {
  const painter = createPainter()
  const underWay = new Map<string, Promise<Uint8Array>>()
  const ahead: (readonly [Scene, Size])[] = []
  let preparing = false

  const picture = (scene: Scene, size: Size): Promise<Uint8Array> => {
    const name = `${scene}-${size}.jpg`
    const known = underWay.get(name)
    if (known) return known
    const made = keep(name, () => painter.make({ kind: 'paint', scene, size })).finally(() => underWay.delete(name))
    underWay.set(name, made)
    return made
  }

  const keep = async (name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> => {
    const path = join(folder, name)
    try {
      return await readFile(path)
    } catch {
      // Not painted yet.
    }
    const bytes = await make()
    await writeWhole(path, bytes)
    return bytes
  }

  const work = async (): Promise<void> => {
    if (preparing) return
    preparing = true
    for (let next = ahead.shift(); next; next = ahead.shift())
      try {
        await picture(...next)
      } catch {
        // Whoever asks for it will hear what is wrong.
      }
    preparing = false
  }

  return {
    picture,
    shrink: (bytes, type) => painter.make({ kind: 'shrink', bytes, type }),
    prepare(scenes, size) {
      ahead.push(...scenes.map((scene) => [scene, size] as const))
      void work()
    },
    async close() {
      ahead.length = 0
      await painter.close()
    },
  }
}

/** Writes a file so that it is there whole or not at all. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  await writeFile(draft, bytes, { mode: 0o600 })
  await rename(draft, path)
}

/** One worker thread, started when there is something to do. */
function createPainter() {
  let worker: Worker | undefined
  let last = 0
  const waiting = new Map<number, { resolve: (jpeg: Uint8Array) => void; reject: (error: Error) => void }>()

  const stop = (stopped: Worker, error: Error): void => {
    // one that fails says so twice, and by then another may be at work
    if (worker !== stopped) return
    worker = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  const start = (): Worker => {
    const started = new Worker(new URL('painting/worker.ts', import.meta.url))
    started.on('message', (delivery: Delivery) => {
      const order = waiting.get(delivery.number)
      waiting.delete(delivery.number)
      if (waiting.size === 0) started.unref()
      if ('jpeg' in delivery) order?.resolve(delivery.jpeg)
      else order?.reject(new Error(delivery.failure))
    })
    started.on('error', (error) => stop(started, error instanceof Error ? error : new Error(String(error))))
    started.on('exit', () => stop(started, new Error('the painter has gone home')))
    return started
  }

  return {
    make(work: Work): Promise<Uint8Array> {
      worker ??= start()
      worker.ref()
      const order: Order = { number: ++last, work }
      worker.postMessage(order)
      return new Promise((resolve, reject) => waiting.set(order.number, { resolve, reject }))
    },
    close: async () => {
      await worker?.terminate()
    },
  }
}
