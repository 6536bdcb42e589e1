/** What is asked of the painting thread, and what it gives back. */
import type { Scene } from './scenes.ts'

export type Work =
  | { readonly kind: 'paint'; readonly scene: Scene; readonly size: 'original' | 'thumbnail' }
  | { readonly kind: 'shrink'; readonly bytes: Uint8Array; readonly type: 'image/jpeg' | 'image/png' }

export interface Order {
  readonly number: number
  readonly work: Work
}

export type Delivery =
  | { readonly number: number; readonly jpeg: Uint8Array }
  | { readonly number: number; readonly failure: string }

/** Every scene is painted in this size; its thumbnail is painted small, which is quicker than shrinking it. */
export const originalSize = { width: 1600, height: 1067 }
