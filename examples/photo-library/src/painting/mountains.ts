/** Scenes with mountains in them. */
import { type Canvas, colour as c, mix } from './canvas.ts'
import { meadow, water } from './ground.ts'
import { ridge } from './ridges.ts'
import { air, aurora, clouds, disc, glow, stars } from './sky.ts'
import { conifers, crowns } from './trees.ts'

export function firstLight(canvas: Canvas): void {
  const sun = { x: 0.46, y: 0.36, radius: 0.04, colour: c('#fffbe8') }
  air(canvas, [
    [0, c('#7fa3c9')],
    [0.25, c('#f3cfae')],
    [0.45, c('#ffe6bd')],
  ])
  glow(canvas, { ...sun, radius: 0.3, colour: c('#ffc67d') }, 0.7)
  disc(canvas, sun)
  glow(canvas, { ...sun, radius: 0.09, colour: c('#fff0c0') }, 0.8)
  const far = c('#d9b3a6')
  const near = c('#23334a')
  for (let layer = 0; layer < 6; layer++) {
    const share = layer / 5
    ridge(canvas, {
      seed: 100 + layer * 7,
      base: 0.5 + share * 0.44,
      height: 0.2 + 0.05 * share,
      hills: 2.6 - share * 1.2,
      steep: layer < 4,
      octaves: 6,
      colour: mix(far, near, share ** 0.8),
      haze: mix(c('#ffe3c0'), c('#93a0ad'), share),
      hazeDepth: 0.27,
    })
  }
  conifers(canvas, {
    seed: 5,
    count: 46,
    ground: () => 1.02,
    height: 0.2,
    colour: c('#121c2a'),
    haze: c('#3a4a5c'),
  })
}

export function autumnLake(canvas: Canvas): void {
  air(canvas, [
    [0, c('#4d8ac2')],
    [0.3, c('#a5cbe6')],
    [0.5, c('#e6eef0')],
  ])
  clouds(canvas, {
    seed: 33,
    top: 0,
    bottom: 0.44,
    cover: 0.36,
    lit: c('#ffffff'),
    shade: c('#b3c2d2'),
    stretch: 2.2,
    light: { x: 0, y: 0 },
  })
  ridge(canvas, {
    seed: 203,
    base: 0.56,
    height: 0.42,
    hills: 1.5,
    steep: true,
    colour: c('#7d8ba3'),
    haze: c('#b4c2cd'),
    hazeDepth: 0.22,
    relief: { lit: c('#f6f7fb'), shade: c('#8797b4'), grain: 4.5, snow: 0.06 },
  })
  const shore = ridge(canvas, {
    seed: 61,
    base: 0.58,
    height: 0.12,
    hills: 1.4,
    colour: c('#5b6b4a'),
    haze: c('#7a7d52'),
    hazeDepth: 0.1,
  })
  conifers(canvas, {
    seed: 12,
    count: 90,
    ground: (x) => shore(x) + 0.03,
    height: 0.075,
    colour: c('#2f4436'),
    haze: c('#68734f'),
  })
  const tones = [c('#e8a33a'), c('#d9702b'), c('#c9482c'), c('#f0c453'), c('#8f9a45')]
  crowns(canvas, { seed: 77, count: 60, ground: () => 0.595, height: 0.085, tones, shade: c('#51331f') })
  crowns(canvas, { seed: 78, count: 74, ground: () => 0.61, height: 0.06, tones, shade: c('#462a1a') })
  water(canvas, { seed: 15, horizon: 0.605, near: c('#17303e'), far: c('#58707a'), waves: 0.16, mirror: 0.9 })
}

export function northernLights(canvas: Canvas): void {
  air(canvas, [
    [0, c('#040a1c')],
    [0.4, c('#0a2038')],
    [0.7, c('#17464f')],
  ])
  stars(canvas, { seed: 42, count: 700, bottom: 0.7 })
  aurora(canvas, { seed: 13, bottom: 0.66, low: c('#4dffa6'), high: c('#8a5cf0') })
  ridge(canvas, {
    seed: 310,
    base: 0.72,
    height: 0.26,
    hills: 1.7,
    steep: true,
    colour: c('#26414f'),
    haze: c('#23525a'),
    hazeDepth: 0.14,
    relief: { lit: c('#a9d4cf'), shade: c('#1d3547'), grain: 5, snow: 0.2 },
  })
  water(canvas, { seed: 3, horizon: 0.71, near: c('#03101c'), far: c('#1d5a5c'), waves: 0.22, mirror: 0.85 })
  const bank = (x: number) => 0.94 - 0.05 * Math.sin(x * 2.1 + 0.4)
  meadow(canvas, { seed: 8, top: bank, far: c('#7fb0b5'), near: c('#284a5c'), grain: 4, strength: 0.6 })
  conifers(canvas, {
    seed: 19,
    count: 17,
    ground: (x) => bank(x) + 0.01,
    height: 0.24,
    colour: c('#04101a'),
    haze: c('#123040'),
  })
}

export function highValleyInSnow(canvas: Canvas): void {
  air(canvas, [
    [0, c('#1c5fae')],
    [0.35, c('#5e9fdb')],
    [0.6, c('#bfdcef')],
  ])
  clouds(canvas, {
    seed: 90,
    top: 0.02,
    bottom: 0.5,
    cover: 0.3,
    lit: c('#ffffff'),
    shade: c('#bccbdc'),
    stretch: 2.8,
    light: { x: 0, y: 0 },
  })
  const relief = { lit: c('#ffffff'), shade: c('#7d9cc9'), grain: 4.2, snow: 0.42 }
  ridge(canvas, {
    seed: 421,
    base: 0.66,
    height: 0.5,
    hills: 1.3,
    steep: true,
    colour: c('#9db4d3'),
    haze: c('#d5e4f0'),
    hazeDepth: 0.24,
    relief,
  })
  ridge(canvas, {
    seed: 433,
    base: 0.8,
    height: 0.3,
    hills: 1.8,
    steep: true,
    colour: c('#9db4d3'),
    haze: c('#e4eef6'),
    hazeDepth: 0.16,
    relief: { ...relief, shade: c('#5f83b8'), snow: 0.5 },
  })
  const slope = (x: number) => 0.79 + 0.05 * Math.sin(x * 3.1 + 1) - 0.03 * x
  conifers(canvas, { seed: 55, count: 70, ground: slope, height: 0.1, colour: c('#28424a'), haze: c('#9fb6c4') })
  meadow(canvas, { seed: 66, top: slope, far: c('#ffffff'), near: c('#9fbbe0'), grain: 2.6, strength: 0.75 })
  conifers(canvas, {
    seed: 58,
    count: 7,
    ground: (x) => 1.03 - 0.04 * Math.sin(x * 4),
    height: 0.34,
    colour: c('#142a30'),
    haze: c('#547078'),
  })
}
