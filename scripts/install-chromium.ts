/**
 * Sees to it that the browser tests have a browser: Debian's Chromium, with the fonts its pages need.
 */
import { spawnSync } from 'node:child_process'
import { findChromium } from '../tests/support/chromium.ts'

const packages = ['chromium', 'fonts-liberation']

function run(command: readonly string[]): { readonly isDone: boolean; readonly said: string } {
  const [program = '', ...parameters] = command
  const { status, stdout, stderr } = spawnSync(program, parameters, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  return { isDone: status === 0, said: `${stdout ?? ''}${stderr ?? ''}`.trim() }
}

/** What to put before a command that only root may run; nothing is asked of the person. */
function asRoot(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return []
  return run(['sudo', '-n', 'true']).isDone ? ['sudo', '-n'] : undefined
}

/** Answers what is wrong in one sentence, or nothing when there is a browser. */
export function installChromium(): string | undefined {
  if (findChromium() !== undefined) return undefined
  const named = process.env.SYMBOLON_CHROMIUM
  if (named !== undefined) return `SYMBOLON_CHROMIUM names ${named}, which is not a program that can be run.`
  const advice = `Run \`apt-get install ${packages.join(' ')}\` as root, or name a Chromium in SYMBOLON_CHROMIUM.`
  const prefix = asRoot()
  if (prefix === undefined || !run(['apt-get', '--version']).isDone) {
    return `The browser tests need Chromium, which this account cannot install. ${advice}`
  }
  console.log(`Setting up: installing ${packages.join(' and ')} with apt-get (once).`)
  const apt = [...prefix, 'apt-get', '--quiet', '--yes']
  const update = run([...apt, 'update'])
  const install = run([...apt, '--no-install-recommends', 'install', ...packages])
  if (install.isDone && findChromium() !== undefined) return undefined
  return `${update.isDone ? '' : `${update.said}\n`}${install.said}\nChromium did not install. ${advice}`
}
