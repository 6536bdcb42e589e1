/** `symbolon keys list` and `symbolon keys rotate`. */

import type { SigningKeyRecord } from '@symbolon/authorization-server/ports/records'
import { isSigningAlgorithm, type SigningAlgorithm, signingAlgorithms } from '@symbolon/protocol/algorithms'
import type { Installation } from '@symbolon/server/installation'
import { type Command, CommandFailure, exitCodes } from '../command.ts'
import { installedOptions, withInstallation } from '../installed.ts'

export const command: Command = {
  takes: 'list | rotate',
  about:
    'Lists the signing keys, or replaces them: a new key is published at once and signs when every verifier has had time to see it.',
  most: 1,
  options: {
    ...installedOptions,
    algorithm: { type: 'string', value: 'ALG', about: `Rotate only this one: ${signingAlgorithms.join(' or ')}.` },
    json: { type: 'boolean', about: 'Print the keys as one JSON object.' },
  },
  run: async (given) => {
    const [action] = given.positionals
    if (action !== 'list' && action !== 'rotate') {
      throw new CommandFailure('Usage: symbolon keys list, or symbolon keys rotate.', exitCodes.usage)
    }
    const algorithm = algorithmFrom(given.text('algorithm'))
    return await withInstallation(given, async (installation) => {
      const made = action === 'rotate' ? await rotate(installation, algorithm) : []
      const keys = await installation.store.keys.list()
      const now = installation.now()
      const shown = keys.filter((key) => algorithm === undefined || key.algorithm === algorithm)
      if (given.flag('json')) {
        const data = { made, keys: shown.map(({ sealedPrivate: _, ...key }) => ({ ...key, state: stateOf(key, now) })) }
        process.stdout.write(`${JSON.stringify({ v: 1, data })}\n`)
      } else process.stdout.write(shown.map((key) => `${line(key, now)}\n`).join(''))
      return exitCodes.ok
    })
  },
}

function algorithmFrom(text: string | undefined): SigningAlgorithm | undefined {
  if (text === undefined || isSigningAlgorithm(text)) return text
  throw new CommandFailure(`The algorithm is ${signingAlgorithms.join(' or ')}, not "${text}".`, exitCodes.usage)
}

async function rotate(installation: Installation, algorithm: SigningAlgorithm | undefined): Promise<readonly string[]> {
  const { maintainKeys, rotateKeys } = await import('@symbolon/authorization-server/keys/lifecycle')
  // An installation that never ran gets its first keys; those need no successor yet.
  const first = await maintainKeys(installation)
  if (first.length > 0) return first
  const made = await rotateKeys(installation, { force: true, ...(algorithm && { algorithm }) })
  if (made.length === 0) {
    process.stderr.write('Nothing was rotated: the next key is published already and waits for its time.\n')
  }
  return made
}

type State = 'waiting' | 'signing' | 'verifying' | 'removed'

type Life = Pick<SigningKeyRecord, 'activeAt' | 'retiredAt' | 'removedAt'>

function stateOf({ activeAt, retiredAt, removedAt }: Life, now: number): State {
  if (removedAt !== null && removedAt <= now) return 'removed'
  if (retiredAt !== null && retiredAt <= now) return 'verifying'
  return activeAt > now ? 'waiting' : 'signing'
}

function line(key: SigningKeyRecord, now: number): string {
  const until: Readonly<Record<State, string>> = {
    waiting: `signs from ${time(key.activeAt)}`,
    signing: key.retiredAt === null ? `since ${time(key.activeAt)}` : `until ${time(key.retiredAt)}`,
    verifying: key.removedAt === null ? '' : `until ${time(key.removedAt)}`,
    removed: 'goes with the next maintenance',
  }
  const state = stateOf(key, now)
  return `${key.algorithm}  ${key.kid}  ${state.padEnd(9)}  ${until[state]}`
}

const time = (seconds: number) => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z')
