/** Scenes in woods. */
import { type Canvas, colour as c, clamp, cover, mix, rise } from './canvas.ts'
import { meadow } from './ground.ts'
import { fillBox } from './houses.ts'
import { createNoise, createRandom } from './noise.ts'
import { ridge } from './ridges.ts'
import { air, glow } from './sky.ts'
import { conifers } from './trees.ts'

export function pinesInTheFog(canvas: Canvas): void {
  air(canvas, [
    [0, c('#b9c9cf')],
    [0.5, c('#dfe5e2')],
    [1, c('#eef0ea')],
  ])
  glow(canvas, { x: 1.1, y: 0.1, radius: 0.3, colour: c('#fff6dc') }, 0.5)
  for (let layer = 0; layer < 6; layer++) {
    const share = layer / 5
    const haze = mix(c('#e3e8e4'), c('#9fb0ae'), share * 0.7)
    const colour = mix(c('#c3cfcd'), c('#16282a'), share ** 0.85)
    const ground = ridge(canvas, {
      seed: 21 + layer * 5,
      base: 0.52 + share * 0.5,
      height: 0.2,
      hills: 1.2 + share,
      octaves: 4,
      colour: mix(colour, haze, 0.35),
      haze,
      hazeDepth: 0.2,
    })
    conifers(canvas, {
      seed: 40 + layer,
      count: Math.round(64 - share * 40),
      ground: (x) => ground(x) + 0.03,
      height: 0.1 + share * 0.24,
      colour,
      haze,
    })
  }
}

export function birchesInSnow(canvas: Canvas): void {
  air(canvas, [
    [0, c('#c3d3e4')],
    [0.6, c('#f3e6dd')],
    [1, c('#ffffff')],
  ])
  glow(canvas, { x: 0.45, y: 0.42, radius: 0.32, colour: c('#ffe2b8') }, 0.7)
  for (let layer = 0; layer < 4; layer++) trunks(canvas, layer)
}

function trunks(canvas: Canvas, layer: number): void {
  const share = layer / 3
  const random = createRandom(700 + layer)
  const noise = createNoise(710 + layer)
  const ground = (x: number) => 0.66 + share * 0.2 + noise.layered(x * 1.6, layer, 3) * 0.04
  const count = Math.round(34 - share * 24)
  for (let tree = 0; tree < count; tree++) {
    const x = ((tree + random() * 0.9) / count) * 1.56 - 0.03
    const wide = 0.005 + share ** 1.4 * 0.034 * (0.7 + random() * 0.6)
    const lean = (random() - 0.5) * 0.1
    trunk(canvas, { x, wide, lean, foot: ground(x) + 0.02, share, seed: tree * 7 + layer, random })
  }
  meadow(canvas, {
    seed: 730 + layer,
    top: ground,
    far: mix(c('#fbf3ee'), c('#ffffff'), share),
    near: mix(c('#e6e6ee'), c('#b7c9e2'), share),
    grain: 2.4,
    strength: 0.5,
  })
}

function trunk(
  canvas: Canvas,
  settings: {
    readonly x: number
    readonly wide: number
    readonly lean: number
    readonly foot: number
    readonly share: number
    readonly seed: number
    readonly random: () => number
  },
): void {
  const { wide, lean, foot, share, seed, random } = settings
  const { width, height } = canvas
  const noise = createNoise(seed)
  const fog = c('#efe6e2')
  for (let row = 0; row < Math.min(height, foot * height); row++) {
    const y = row / height
    const centre = settings.x + lean * (foot - y) + noise.at(y * 2.5, seed) * 0.012 * share
    const half = (wide / 2) * (0.72 + 0.4 * (y / foot)) * height
    const mark = rise(noise.at(y * 34, seed * 3.1) + noise.at(y * 90, seed) * 0.4, 0.3, 0.5)
    for (let column = Math.floor(centre * height - half); column <= centre * height + half; column++) {
      if (column < 0 || column >= width) continue
      const across = (column + 0.5 - centre * height) / half
      const round = clamp(0.95 - (across + 0.35) ** 2 * 0.55)
      const bark = mix(c('#6f6a70'), c('#fdf8f2'), round)
      const reach = rise(mark * 1.25 - Math.abs(across + noise.at(y * 60, 2) * 0.8) * 0.7, 0.1, 0.4)
      const tone = mix(mix(bark, c('#2c2628'), reach * 0.85), fog, (1 - share) * 0.62)
      cover(canvas, (row * width + column) * 3, tone, clamp(half - Math.abs(across) * half + 0.5))
    }
  }
  for (let twig = 0; twig < 3 + share * 5; twig++) {
    const y = random() * foot * 0.55
    const side = random() < 0.5 ? -1 : 1
    const length = (0.03 + random() * 0.08) * (0.4 + share)
    const from = settings.x + lean * (foot - y)
    for (let step = 0; step < 60; step++) {
      const along = step / 60
      const thick = Math.max(0.0012, wide * 0.14 * (1 - along))
      const box = {
        x: from + side * along * length,
        y: y - along * length * 0.8 + along * along * length * 0.3,
        wide: thick,
        tall: thick,
      }
      fillBox(canvas, box, mix(c('#4a4044'), fog, (1 - share) * 0.62), 0.9)
    }
  }
}
