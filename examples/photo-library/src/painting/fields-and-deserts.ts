/** Scenes in open country. */
import { type Canvas, colour as c, mix } from './canvas.ts'
import { rows } from './ground.ts'
import { dune, grassyHill } from './hills.ts'
import { ridge } from './ridges.ts'
import { air, clouds, disc, glow, stars } from './sky.ts'
import { crowns } from './trees.ts'

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
