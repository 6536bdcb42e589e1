/**
 * Compiled code is kept beside the installed packages, where only who installs can write, so that the next start is
 * quick. Where nobody may write, starting takes a little longer.
 */
import { enableCompileCache } from 'node:module'
import { dirname, join, sep } from 'node:path'

const packages = `${sep}node_modules${sep}`

/** `program`: the path of the file that was started, in a checkout or in an installed package. */
export function keepCompiled(program: string): void {
  const installed = program.indexOf(packages)
  const root = installed === -1 ? join(dirname(program), '..', '..', '..') : program.slice(0, installed)
  enableCompileCache(join(root, 'node_modules', '.cache', 'symbolon'))
}
