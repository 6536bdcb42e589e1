/** Scenes in town. */
import { type Canvas, colour as c } from './canvas.ts'
import { water } from './ground.ts'
import { fillBox, houses } from './houses.ts'
import { air, clouds, disc, glow, stars } from './sky.ts'

export function cityAtNight(canvas: Canvas): void {
  air(canvas, [
    [0, c('#070b1f')],
    [0.35, c('#161c40')],
    [0.58, c('#3d2f5c')],
    [0.7, c('#85506a')],
  ])
  stars(canvas, { seed: 4, count: 240, bottom: 0.42 })
  const moon = { x: 0.28, y: 0.17, radius: 0.034, colour: c('#fff6de') }
  glow(canvas, { ...moon, radius: 0.12, colour: c('#8f9fd0') }, 0.5)
  disc(canvas, moon, { mottled: 0.5 })
  glow(canvas, { x: 0.85, y: 0.62, radius: 0.34, colour: c('#ff9d8b') }, 0.55)
  const windows = [c('#ffd98a'), c('#ffe9c2'), c('#ffc070'), c('#bfe0ff')]
  houses(canvas, {
    seed: 2,
    base: 0.705,
    height: 0.36,
    width: 0.05,
    colour: c('#332c52'),
    haze: c('#6f4a68'),
    lit: 0.12,
    windows,
  })
  houses(canvas, {
    seed: 17,
    base: 0.705,
    height: 0.46,
    width: 0.07,
    colour: c('#1b1a38'),
    haze: c('#43325a'),
    lit: 0.34,
    windows,
  })
  houses(canvas, {
    seed: 31,
    base: 0.705,
    height: 0.22,
    width: 0.085,
    colour: c('#0d0e22'),
    haze: c('#2b2342'),
    lit: 0.42,
    windows,
  })
  fillBox(canvas, { x: 0, y: 0.69, wide: 1.51, tall: 0.02 }, c('#1b1830'), 1)
  for (let lamp = 0; lamp < 26; lamp++)
    glow(canvas, { x: 0.03 + lamp * 0.058, y: 0.688, radius: 0.0045, colour: c('#ffd9a0') }, 1)
  water(canvas, { seed: 9, horizon: 0.708, near: c('#0a0d22'), far: c('#2b2346'), waves: 0.5, mirror: 0.6 })
}

export function skylineAtDusk(canvas: Canvas): void {
  const sun = { x: 0.4, y: 0.66, radius: 0.06, colour: c('#fff0c8') }
  air(canvas, [
    [0, c('#3f5f97')],
    [0.3, c('#9c90b5')],
    [0.5, c('#f0a98e')],
    [0.72, c('#ffd49a')],
  ])
  glow(canvas, { ...sun, radius: 0.3, colour: c('#ff9a5c') }, 0.8)
  clouds(canvas, {
    seed: 61,
    top: 0,
    bottom: 0.62,
    cover: 0.42,
    lit: c('#ffd0a8'),
    shade: c('#8b6f96'),
    stretch: 4,
    strength: 0.85,
    light: sun,
  })
  disc(canvas, sun)
  glow(canvas, { ...sun, radius: 0.12, colour: c('#ffe2a0') }, 0.7)
  const windows = [c('#ffd98a'), c('#fff0cf'), c('#ffb96b')]
  const haze = c('#eaa987')
  houses(canvas, { seed: 52, base: 0.84, height: 0.4, width: 0.06, colour: c('#a77f8d'), haze, lit: 0.02, windows })
  houses(canvas, {
    seed: 77,
    base: 0.9,
    height: 0.48,
    width: 0.08,
    colour: c('#67506f'),
    haze: c('#b9808a'),
    lit: 0.09,
    windows,
  })
  houses(canvas, {
    seed: 90,
    base: 1.02,
    height: 0.42,
    width: 0.11,
    colour: c('#2c2440'),
    haze: c('#4e3a58'),
    lit: 0.2,
    windows,
  })
}
