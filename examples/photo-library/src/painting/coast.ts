/** Scenes by the sea. */
import { type Canvas, colour as c, mix } from './canvas.ts'
import { glitter, meadow, water } from './ground.ts'
import { ridge } from './ridges.ts'
import { air, clouds, disc, glow, stars } from './sky.ts'

export function sunsetOverTheBay(canvas: Canvas): void {
  const sun = { x: 0.98, y: 0.545, radius: 0.052, colour: c('#fff2c4') }
  air(canvas, [
    [0, c('#274a7d')],
    [0.22, c('#6b6fa3')],
    [0.38, c('#d98a86')],
    [0.5, c('#ffb26b')],
    [0.62, c('#ffd58a')],
  ])
  glow(canvas, { ...sun, radius: 0.34, colour: c('#ff8a3c') }, 0.75)
  clouds(canvas, {
    seed: 11,
    top: 0,
    bottom: 0.56,
    cover: 0.5,
    lit: c('#ffc08a'),
    shade: c('#6a4f78'),
    stretch: 3.4,
    strength: 0.8,
    light: sun,
  })
  glow(canvas, { ...sun, radius: 0.1, colour: c('#ffe7a6') }, 0.9)
  disc(canvas, sun)
  const haze = c('#e79a77')
  ridge(canvas, { seed: 3, base: 0.625, height: 0.13, hills: 1.6, colour: c('#a8706f'), haze, hazeDepth: 0.12 })
  ridge(canvas, {
    seed: 29,
    base: 0.64,
    height: 0.11,
    hills: 2.1,
    colour: c('#5e4157'),
    haze: c('#9a6261'),
    hazeDepth: 0.14,
  })
  water(canvas, { seed: 5, horizon: 0.62, near: c('#1d2f4f'), far: c('#c9836c'), waves: 0.5 })
  glitter(canvas, { seed: 50, horizon: 0.62, x: sun.x, colour: c('#ffd089'), strength: 0.95 })
}

export function moonriseOverTheSea(canvas: Canvas): void {
  const moon = { x: 0.55, y: 0.22, radius: 0.046, colour: c('#fdf6df') }
  air(canvas, [
    [0, c('#060d22')],
    [0.3, c('#12244a')],
    [0.55, c('#33507f')],
    [0.64, c('#6d83a6')],
  ])
  stars(canvas, { seed: 8, count: 420, bottom: 0.5 })
  glow(canvas, { ...moon, radius: 0.22, colour: c('#9db6e0') }, 0.5)
  clouds(canvas, {
    seed: 23,
    top: 0.1,
    bottom: 0.6,
    cover: 0.42,
    lit: c('#b9c6de'),
    shade: c('#1c2b4d'),
    stretch: 3.2,
    strength: 0.75,
    light: moon,
  })
  glow(canvas, { ...moon, radius: 0.07, colour: c('#dfe8fb') }, 0.6)
  disc(canvas, moon, { mottled: 0.55 })
  ridge(canvas, {
    seed: 41,
    base: 0.66,
    height: 0.2,
    hills: 1.1,
    colour: c('#16223f'),
    haze: c('#2c4064'),
    hazeDepth: 0.2,
  })
  water(canvas, { seed: 6, horizon: 0.64, near: c('#050b1c'), far: c('#344f7c'), waves: 0.85, mirror: 0.7 })
  glitter(canvas, { seed: 60, horizon: 0.64, x: moon.x, colour: c('#dce7ff'), strength: 0.95 })
}

export function beachAtNoon(canvas: Canvas): void {
  air(canvas, [
    [0, c('#2f7fc8')],
    [0.3, c('#6fb2e4')],
    [0.5, c('#c4e3f2')],
  ])
  clouds(canvas, {
    seed: 14,
    top: 0,
    bottom: 0.47,
    cover: 0.5,
    lit: c('#ffffff'),
    shade: c('#a9bfd4'),
    size: 0.9,
    stretch: 1.7,
    light: { x: 1.3, y: 0 },
  })
  ridge(canvas, {
    seed: 19,
    base: 0.5,
    height: 0.11,
    hills: 0.9,
    colour: c('#5f8f8f'),
    haze: c('#9cc4cf'),
    hazeDepth: 0.1,
  })
  water(canvas, { seed: 21, horizon: 0.48, near: c('#5fd3c6'), far: c('#12679b'), waves: 0.55, mirror: 0.3 })
  const shore = (x: number) => 0.8 - 0.1 * x + 0.022 * Math.sin(x * 5.2 + 0.6) + 0.01 * Math.sin(x * 13)
  const foam = (lift: number) => (x: number) => shore(x) - lift + 0.006 * Math.sin(x * 23 + lift * 300)
  const white = c('#f7fdfb')
  meadow(canvas, { seed: 70, top: foam(0.034), far: white, near: white, grain: 30, strength: 0.1 })
  meadow(canvas, { seed: 71, top: foam(0.026), far: c('#9fe3d6'), near: c('#9fe3d6'), grain: 9, strength: 0 })
  meadow(canvas, { seed: 72, top: foam(0.012), far: white, near: c('#e9f7f0'), grain: 30, strength: 0.4 })
  meadow(canvas, {
    seed: 73,
    top: shore,
    far: c('#b99a6c'),
    near: mix(c('#b99a6c'), c('#6b5a40'), 0.2),
    grain: 6,
    strength: 0.2,
  })
  meadow(canvas, {
    seed: 74,
    top: (x) => shore(x) + 0.035 + 0.01 * Math.sin(x * 9),
    far: c('#ecd6a8'),
    near: c('#d9bd88'),
    grain: 7,
    strength: 0.7,
  })
}
