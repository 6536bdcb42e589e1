/** Scenes in woods, fields and deserts. */
import { type Canvas, colour as c, clamp, cover, mix, rise } from './canvas.ts'
import { meadow, rows } from './ground.ts'
import { dune, grassyHill } from './hills.ts'
import { conifers, crowns, fillBox, ridge } from './land.ts'
import { createNoise, createRandom } from './noise.ts'
import { air, clouds, disc, glow, stars } from './sky.ts'

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

export function dunesInTheEvening(canvas: Canvas): void {
  air(canvas, [
    [0, c('#3f77b5')],
    [0.25, c('#9dbcd4')],
    [0.42, c('#f7dcb4')],
  ])
  clouds(canvas, {
    seed: 72,
    top: 0,
    bottom: 0.38,
    cover: 0.26,
    lit: c('#fff2df'),
    shade: c('#b9b4c0'),
    stretch: 5,
    strength: 0.7,
    light: { x: 1.5, y: 0.4 },
  })
  const haze = c('#f2cfa4')
  const lit = c('#f0a75a')
  const shade = c('#8a4630')
  dune(canvas, { seed: 1, base: 0.46, height: 0.1, hills: 2.6, lit, shade, haze, hazeShare: 0.55 })
  dune(canvas, { seed: 2.3, base: 0.56, height: 0.17, hills: 1.9, lit, shade, haze, hazeShare: 0.3 })
  dune(canvas, { seed: 3.55, base: 0.74, height: 0.3, hills: 1.25, lit, shade: c('#6f3527'), haze, hazeShare: 0.1 })
  dune(canvas, {
    seed: 4.35,
    base: 1.0,
    height: 0.28,
    hills: 0.5,
    lit: c('#f2ab5c'),
    shade: c('#5e2c22'),
    haze,
    hazeShare: 0,
  })
}

export function milkyWayOverTheDesert(canvas: Canvas): void {
  air(canvas, [
    [0, c('#050818')],
    [0.45, c('#0f1838')],
    [0.72, c('#2b3357')],
    [0.82, c('#5a4a5e')],
  ])
  stars(canvas, { seed: 99, count: 2600, bottom: 0.8, band: true })
  glow(canvas, { x: 1.2, y: 0.84, radius: 0.3, colour: c('#e08a5a') }, 0.35)
  const haze = c('#3a3850')
  dune(canvas, {
    seed: 6.4,
    base: 0.84,
    height: 0.12,
    hills: 1.7,
    lit: c('#3f3d58'),
    shade: c('#1c1e36'),
    haze,
    hazeShare: 0.4,
  })
  dune(canvas, {
    seed: 7.7,
    base: 1.0,
    height: 0.22,
    hills: 0.9,
    lit: c('#2c2b42'),
    shade: c('#0b0c1a'),
    haze,
    hazeShare: 0,
  })
}

export function lavenderField(canvas: Canvas): void {
  const sun = { x: 1.12, y: 0.36, radius: 0.035, colour: c('#fff6d8') }
  air(canvas, [
    [0, c('#6d8fd0')],
    [0.25, c('#c9bfe0')],
    [0.45, c('#ffe0b8')],
  ])
  glow(canvas, { ...sun, radius: 0.28, colour: c('#ffc488') }, 0.75)
  clouds(canvas, {
    seed: 85,
    top: 0,
    bottom: 0.42,
    cover: 0.38,
    lit: c('#ffe7cf'),
    shade: c('#b79cc4'),
    stretch: 3,
    strength: 0.8,
    light: sun,
  })
  disc(canvas, sun)
  const far = ridge(canvas, {
    seed: 8,
    base: 0.47,
    height: 0.12,
    hills: 1.4,
    colour: c('#8f8fb5'),
    haze: c('#d8b9bd'),
    hazeDepth: 0.1,
  })
  crowns(canvas, {
    seed: 28,
    count: 60,
    ground: (x) => Math.max(far(x) + 0.04, 0.465),
    height: 0.045,
    tones: [c('#7d8a55'), c('#93945c')],
    shade: c('#3c4a3f'),
  })
  rows(canvas, {
    seed: 31,
    horizon: 0.46,
    toward: 0.66,
    plant: [c('#b58be6'), c('#4c2f86')],
    soil: c('#6a5a45'),
    haze: c('#b79ac9'),
  })
}

export function greenHills(canvas: Canvas): void {
  air(canvas, [
    [0, c('#3d8ad0')],
    [0.3, c('#8fc3ea')],
    [0.5, c('#dfeef2')],
  ])
  clouds(canvas, {
    seed: 51,
    top: 0,
    bottom: 0.46,
    cover: 0.56,
    lit: c('#ffffff'),
    shade: c('#9fb2c6'),
    size: 0.8,
    stretch: 1.5,
    light: { x: 0.2, y: -0.3 },
  })
  const greens = [c('#9dbd8f'), c('#93bd6a'), c('#83b14c'), c('#6c9c38'), c('#568a2c')]
  greens.forEach((green, layer) => {
    const share = layer / (greens.length - 1)
    const crest = grassyHill(canvas, {
      seed: 1.3 + layer * 0.83,
      base: 0.6 + share * 0.46,
      height: 0.16 + share * 0.06,
      hills: 1.5 - share * 0.8,
      lit: mix(green, c('#eef29a'), 0.4),
      shade: mix(green, c('#1f4a2c'), 0.5),
      haze: c('#cfe0e0'),
      hazeShare: (1 - share) * 0.5,
    })
    crowns(canvas, {
      seed: 640 + layer,
      count: [44, 30, 16, 9, 0][layer] ?? 0,
      ground: (x) => crest(x) + 0.004 + share * 0.02,
      height: 0.022 + share * 0.1,
      tones: [mix(c('#6f9f45'), green, 0.3), mix(c('#4d8038'), green, 0.2)],
      shade: mix(c('#1f3d24'), c('#8fb0a4'), 0.5 - share * 0.5),
    })
  })
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
