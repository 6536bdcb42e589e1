/** The pictures that alice and bob have from the start. */
import type { Scene } from './painting/scenes.ts'

export interface AlbumPicture {
  readonly scene: Scene
  readonly title: string
  readonly takenAt: string
}

/** Newest first. */
export const albums: Readonly<Record<string, readonly AlbumPicture[]>> = {
  alice: [
    { scene: 'autumn-lake', title: 'The lake in October', takenAt: '2026-10-17T15:42:10Z' },
    { scene: 'lavender-field', title: 'Lavender, just before harvest', takenAt: '2026-07-08T19:21:44Z' },
    { scene: 'sunset-over-the-bay', title: 'Last evening by the bay', takenAt: '2026-06-29T20:11:03Z' },
    { scene: 'city-at-night', title: 'From the far side of the river', takenAt: '2026-04-03T22:47:51Z' },
    { scene: 'northern-lights', title: 'Northern lights, at last', takenAt: '2026-02-14T23:08:29Z' },
    { scene: 'pines-in-the-fog', title: 'Pines in the fog', takenAt: '2025-11-22T08:15:36Z' },
    { scene: 'dunes-in-the-evening', title: 'The dunes, second day', takenAt: '2025-10-05T16:33:18Z' },
    { scene: 'first-light', title: 'First light from the hut', takenAt: '2025-09-12T05:58:02Z' },
  ],
  bob: [
    { scene: 'green-hills', title: 'Behind the village', takenAt: '2026-09-02T13:27:40Z' },
    { scene: 'beach-at-noon', title: 'Nobody at the beach', takenAt: '2026-08-11T12:04:55Z' },
    { scene: 'skyline-at-dusk', title: 'View from the office', takenAt: '2026-05-20T20:39:12Z' },
    { scene: 'canyon-in-the-evening', title: 'Day nine, end of the road', takenAt: '2026-04-27T19:02:33Z' },
    { scene: 'milky-way-over-the-desert', title: 'Milky Way, twenty seconds', takenAt: '2026-04-26T23:31:07Z' },
    { scene: 'high-valley-in-snow', title: 'The high valley', takenAt: '2026-02-08T11:49:26Z' },
    { scene: 'birches-in-snow', title: 'Birches', takenAt: '2026-01-18T10:10:59Z' },
    { scene: 'moonrise-over-the-sea', title: 'Moonrise from the ferry', takenAt: '2025-12-04T19:55:14Z' },
  ],
}
