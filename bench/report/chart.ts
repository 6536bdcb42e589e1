/** The results as a chart: operations for each second of server processor time, the floor being 1. */
import type { Results, Row } from '../main.ts'
import { of, ratio, titleOf } from './table.ts'

const width = 880
const left = 300
const bar = 12
const group = 44
const top = 74

const colors = { symbolon: '#2f6f5e', 'oidc-provider': '#b9a58a' } as const

const plotted = (rows: readonly Row[]): readonly Row[] => {
  const concurrency = rows.some((row) => row.concurrency === 32) ? 32 : rows[0]?.concurrency
  return rows.filter((row) => row.concurrency === concurrency)
}

export function chart({ rows, machine }: Results): string {
  const shown = plotted(rows)
  const height = top + shown.length * group + 40
  const most = Math.max(
    1.2,
    ...shown.map((row) => ratio(of(row, 'symbolon')?.perServerSecond, of(row, 'floor')?.perServerSecond) ?? 0),
  )
  const x = (value: number) => left + (value / most) * (width - left - 60)
  const rule = (value: number, dash: string, label: string) =>
    `<line x1="${x(value)}" x2="${x(value)}" y1="${top - 10}" y2="${height - 34}" stroke="currentColor" stroke-opacity=".5" stroke-dasharray="${dash}"/><text x="${x(value)}" y="${top - 16}" text-anchor="middle" font-size="11">${label}</text>`
  const groups = shown.map((row, at) => {
    const y = top + at * group
    const floor = of(row, 'floor')?.perServerSecond
    const bars = (['symbolon', 'oidc-provider'] as const).map((contender, line) => {
      const value = ratio(of(row, contender)?.perServerSecond, floor) ?? 0
      const at = y + line * (bar + 2)
      return `<rect x="${left}" y="${at}" width="${(x(value) - left).toFixed(1)}" height="${bar}" rx="2" fill="${colors[contender]}"/><text x="${(x(value) + 6).toFixed(1)}" y="${at + 10}" font-size="11">${value.toFixed(2)}</text>`
    })
    return `<text x="${left - 12}" y="${y + 12}" text-anchor="end">${titleOf(row.workload)}</text><text x="${left - 12}" y="${y + 27}" text-anchor="end" font-size="11" fill-opacity=".65">${row.storage === 'sqlite' ? 'SQLite' : 'PostgreSQL'}, ${row.concurrency} clients</text>${bars.join('')}`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Operations for each second of server processor time, the floor being 1">
<style>svg { color: #1d2521; background: #fff } text { fill: currentColor } @media (prefers-color-scheme: dark) { svg { color: #e6ebe7; background: #161b18 } }</style>
<text x="16" y="26" font-size="16" font-weight="600">Operations for each second of server processor time; the bare floor is 1</text>
<rect x="16" y="38" width="12" height="12" rx="2" fill="${colors.symbolon}"/><text x="34" y="48">Symbolon</text>
<rect x="116" y="38" width="12" height="12" rx="2" fill="${colors['oidc-provider']}"/><text x="134" y="48">oidc-provider</text>
${rule(0.75, '4 3', '0.75')}${rule(1, 'none', 'floor')}
${groups.join('\n')}
<text x="16" y="${height - 12}" font-size="11" fill-opacity=".65">${machine.at.slice(0, 10)}, ${machine.processor}, ${machine.cores} cores, Node ${machine.node}</text>
</svg>
`
}
