/** Whether a file of tests has one of a given title. */
import { readFileSync } from 'node:fs'

/** A title is written whole, or a template whose holes are filled from a list in the same file. */
export function hasTest(path: string, name: string): boolean {
  const source = readFileSync(path, 'utf8')
  const names = (part: string) => new RegExp(`['"\`]${part}(?=['"\` ])`).test(source)
  if (names(name)) return true
  return [...source.matchAll(/`(oidcc-[\w-]*)\$\{/g)].some(
    ([, prefix = '']) => name.startsWith(prefix) && names(name.slice(prefix.length)),
  )
}
