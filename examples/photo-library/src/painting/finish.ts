/** The last step: from colours to the bytes of a photo. */
import { type Canvas, clamp } from './canvas.ts'

/** What a lens and a film add: darker corners, a little grain, more contrast in the middle tones. */
export function finish(canvas: Canvas, { vignette = 0.28, grain = 0.014 } = {}): Uint8Array {
  const { width, height, pixels } = canvas
  const bytes = new Uint8Array(width * height * 4)
  let random = 12_345
  for (let row = 0, at = 0, to = 0; row < height; row++)
    for (let column = 0; column < width; column++, at += 3, to += 4) {
      const dx = column / height - 0.75
      const dy = row / height - 0.5
      const corner = 1 - vignette * (dx * dx + dy * dy) * 1.1
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) | 0
      const speck = (random / 2_147_483_648) * grain
      for (let channel = 0; channel < 3; channel++) {
        const value = clamp((pixels[at + channel] as number) * corner + speck)
        bytes[to + channel] = (value + (value * value * (3 - 2 * value) - value) * 0.35) * 255 + 0.5
      }
      bytes[to + 3] = 255
    }
  return bytes
}
