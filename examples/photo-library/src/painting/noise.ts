/** Randomness that comes out the same on every machine: a stream of numbers, and smooth noise over a plane. */

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Noise {
  /** Gradient noise, about -1 to 1. */
  readonly at: (x: number, y: number) => number
  /** Noise upon finer noise, about -1 to 1: clouds, hills, grain of wood. */
  readonly layered: (x: number, y: number, octaves: number) => number
  /** The same folded into crests, 0 to 1: mountains, rippled sand. */
  readonly crested: (x: number, y: number, octaves: number) => number
}

export function createNoise(seed: number): Noise {
  const random = createRandom(seed)
  const order = Uint8Array.from({ length: 256 }, (_, at) => at)
  for (let at = 255; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const kept = order[at] ?? 0
    order[at] = order[other] ?? 0
    order[other] = kept
  }
  const table = new Uint8Array(512)
  for (let at = 0; at < 512; at++) table[at] = order[at & 255] ?? 0

  const slope = (corner: number, x: number, y: number): number => {
    const h = corner & 7
    const u = h < 4 ? x : y
    const v = h < 4 ? y : x
    return (h & 1 ? -u : u) + (h & 2 ? -v : v) * 0.6
  }
  const ease = (t: number) => t * t * t * (t * (t * 6 - 15) + 10)

  const at = (x: number, y: number): number => {
    const left = Math.floor(x)
    const top = Math.floor(y)
    const dx = x - left
    const dy = y - top
    const a = ((table[left & 255] as number) + top) & 255
    const b = ((table[(left + 1) & 255] as number) + top) & 255
    const u = ease(dx)
    const v = ease(dy)
    const upper0 = slope(table[a] as number, dx, dy)
    const upper = upper0 + u * (slope(table[b] as number, dx - 1, dy) - upper0)
    const lower0 = slope(table[a + 1] as number, dx, dy - 1)
    const lower = lower0 + u * (slope(table[b + 1] as number, dx - 1, dy - 1) - lower0)
    return upper + v * (lower - upper)
  }

  return {
    at,
    layered(x, y, octaves) {
      let sum = 0
      let weight = 0.5
      let scale = 1
      for (let octave = 0; octave < octaves; octave++) {
        sum += weight * at(x * scale + octave * 17.3, y * scale - octave * 9.1)
        weight *= 0.5
        scale *= 2.03
      }
      return sum * 1.4
    },
    crested(x, y, octaves) {
      let sum = 0
      let weight = 0.5
      let total = 0
      let scale = 1
      let previous = 1
      for (let octave = 0; octave < octaves; octave++) {
        const crest = 1 - Math.abs(at(x * scale + octave * 17.3, y * scale - octave * 9.1))
        const sharp = crest * crest
        sum += sharp * weight * previous
        total += weight
        previous = Math.min(1, sharp * 1.2)
        weight *= 0.5
        scale *= 2.07
      }
      return sum / total
    },
  }
}
