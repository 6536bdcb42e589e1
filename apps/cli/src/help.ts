/** What `--help` prints: commands and options in aligned columns, with one line each. */
import type { Command } from './command.ts'

export const programHelp = (entries: Readonly<Record<string, { readonly about: string }>>): string =>
  [
    'Usage: symbolon COMMAND [OPTIONS]',
    '',
    ...columns(Object.entries(entries).map(([name, { about }]) => [name, about])),
    '',
    'symbolon help COMMAND says more.',
    '',
  ].join('\n')

export function commandHelp(name: string, { takes, about, options }: Command): string {
  const rows = Object.entries(options).map(([option, { value, about }]): readonly [string, string] => [
    value === undefined ? `--${option}` : `--${option} ${value}`,
    about,
  ])
  const usage = ['Usage:', name, takes, rows.length > 0 ? '[OPTIONS]' : ''].filter(Boolean).join(' ')
  const listed = rows.length > 0 ? ['', ...columns(rows)] : []
  return [usage, '', about, ...listed, ''].join('\n')
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`)
}
