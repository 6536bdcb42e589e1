/** What the process that watches and its workers tell each other. */
import type { Config } from '@symbolon/server/config/load'
import type { Explained } from '../failures.ts'

export type ToWorker =
  /** The configuration as it was read once: a worker that is started again later serves what the others serve. */
  | { readonly say: 'serve'; readonly config: Config; readonly worker: number }
  /** Say at `/ready` that you are leaving, go on for so many milliseconds, then end. */
  | { readonly say: 'leave'; readonly draining: number }

export type FromWorker =
  | { readonly say: 'loaded' }
  | { readonly say: 'serving'; readonly url: string }
  | { readonly say: 'failed'; readonly why: Explained }
