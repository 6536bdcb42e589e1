/** The seven steps between the four roles as an SVG, drawn from `protocol/src/flow.ts`. */
import { type Role, type Step, steps } from '@symbolon/protocol/flow'

const lanes: readonly { readonly role: Role; readonly title: string; readonly example: string }[] = [
  { role: 'resource-owner', title: 'Resource owner', example: 'the person, in a browser' },
  { role: 'client', title: 'Client', example: 'the print shop' },
  { role: 'authorization-server', title: 'Authorization server', example: 'where the person signs in' },
  { role: 'resource-server', title: 'Resource server', example: 'the photo library' },
]

const laneWidth = 220
const top = 84
const row = 62
const width = laneWidth * lanes.length
const height = top + steps.length * row + 24

const x = (role: Role): number => laneWidth * (lanes.findIndex((lane) => lane.role === role) + 0.5)

const style = `
  text { font-family: system-ui, sans-serif; fill: #16181d }
  .title { font-size: 15px; font-weight: 600 } .soft { font-size: 12px; fill: #565d6b }
  .name { font-size: 13px; paint-order: stroke; stroke: #fff; stroke-width: 8px; stroke-linejoin: round } .lane { stroke: #d9dce2 } .arrow { stroke: #1c5fd4; stroke-width: 2; fill: none }
  .head { fill: #1c5fd4 } .back { stroke-dasharray: 5 4 } .dot { fill: #1c5fd4 } .number { fill: #fff; font-size: 12px; font-weight: 600 }
  .paper { fill: #fff }
  @media (prefers-color-scheme: dark) {
    text { fill: #eceef2 } .soft { fill: #a6adba } .lane { stroke: #2f343d } .arrow { stroke: #8fb8ff } .head, .dot { fill: #8fb8ff }
    .number { fill: #0b1a33 } .name { stroke: #14161a } .paper { fill: #14161a }
  }`

export function flowPicture(): string {
  const heads = lanes.map(
    ({ role, title, example }) => `
  <text class="title" x="${x(role)}" y="30" text-anchor="middle">${title}</text>
  <text class="soft" x="${x(role)}" y="50" text-anchor="middle">${example}</text>
  <line class="lane" x1="${x(role)}" x2="${x(role)}" y1="62" y2="${height - 16}"/>`,
  )
  const summary = steps.map(({ number, name, from, to }) => `${number} ${name}, ${from} to ${to}`).join('; ')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="The seven steps of OAuth: ${summary}.">
<style>${style}
</style>
<rect class="paper" width="${width}" height="${height}" rx="12"/>${heads.join('')}${steps.map(arrow).join('')}
</svg>
`
}

/** Solid through the browser, dashed from server to server. */
function arrow({ number, name, from, to, channel }: Step, at: number): string {
  const y = top + row * at + 34
  const [start, end] = [x(from), x(to)]
  const side = Math.sign(end - start)
  const tip = end - side * 4
  return `
  <circle class="dot" cx="${start}" cy="${y}" r="11"/><text class="number" x="${start}" y="${y + 4}" text-anchor="middle">${number}</text>
  <line class="arrow${channel === 'back' ? ' back' : ''}" x1="${start + side * 14}" x2="${tip - side * 8}" y1="${y}" y2="${y}"/>
  <path class="head" d="M${tip} ${y} l${-side * 11} -6 v12 z"/>
  <text class="name" x="${(start + end) / 2}" y="${y - 10}" text-anchor="middle">${name}</text>`
}
