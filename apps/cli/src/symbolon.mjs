#!/usr/bin/env node
/**
 * Where `symbolon` begins: the one file that is no TypeScript, so that what it loads comes compiled out of a cache.
 *
 * The cache lies beside the installed packages, where only who installs can write. Where nobody may write, starting
 * takes a little longer.
 */
import module from 'node:module'
import { dirname, join, sep } from 'node:path'

const needed = 26
const here = import.meta.filename ?? ''
const packages = `${sep}node_modules${sep}`

if (Number.parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(`symbolon needs Node ${needed} or newer; this is Node ${process.versions.node}.\n`)
  process.exitCode = 1
} else {
  const installed = here.indexOf(packages)
  const root = installed === -1 ? join(dirname(here), '../../..') : here.slice(0, installed)
  module.enableCompileCache(join(root, 'node_modules', '.cache', 'symbolon'))
  await import('./main.ts')
}
