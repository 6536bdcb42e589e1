/** Every picture that can be painted, by name. */
import { type Canvas, createCanvas } from './canvas.ts'
import { canyonInTheEvening } from './canyon.ts'
import { cityAtNight, skylineAtDusk } from './city.ts'
import { beachAtNoon, moonriseOverTheSea, sunsetOverTheBay } from './coast.ts'
import { dunesInTheEvening, greenHills, lavenderField, milkyWayOverTheDesert } from './fields-and-deserts.ts'
import { finish } from './finish.ts'
import { autumnLake, firstLight, highValleyInSnow, northernLights } from './mountains.ts'
import { birchesInSnow, pinesInTheFog } from './woods.ts'

export const scenes = {
  'sunset-over-the-bay': sunsetOverTheBay,
  'first-light': firstLight,
  'city-at-night': cityAtNight,
  'pines-in-the-fog': pinesInTheFog,
  'dunes-in-the-evening': dunesInTheEvening,
  'autumn-lake': autumnLake,
  'northern-lights': northernLights,
  'lavender-field': lavenderField,
  'moonrise-over-the-sea': moonriseOverTheSea,
  'canyon-in-the-evening': canyonInTheEvening,
  'high-valley-in-snow': highValleyInSnow,
  'skyline-at-dusk': skylineAtDusk,
  'beach-at-noon': beachAtNoon,
  'milky-way-over-the-desert': milkyWayOverTheDesert,
  'green-hills': greenHills,
  'birches-in-snow': birchesInSnow,
} as const satisfies Record<string, (canvas: Canvas) => void>

export type Scene = keyof typeof scenes

/** Paints a scene as red, green, blue and opacity bytes; the same scene and size always give the same bytes. */
export function paint(scene: Scene, width: number, height: number): Uint8Array {
  const canvas = createCanvas(width, height)
  scenes[scene](canvas)
  return finish(canvas)
}
