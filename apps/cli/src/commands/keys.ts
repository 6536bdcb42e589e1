/** `symbolon keys list`, `symbolon keys rotate` and, in an emergency, `symbolon keys revoke`. */

import type { KeyAlgorithm, SigningKeyRecord } from '@symbolon/authorization-server/ports/records'
import {
  decryptionAlgorithms,
  isDecryptionAlgorithm,
  isSigningAlgorithm,
  signingAlgorithms,
} from '@symbolon/protocol/algorithms'
import type { Installation } from '@symbolon/server/installation'
import { type Command, CommandFailure, exitCodes, type Given } from '../command.ts'
import { installedOptions, withInstallation } from '../installed.ts'

const usage = 'Usage: symbolon keys list, symbolon keys rotate, or symbolon keys revoke KID.'

export const command: Command = {
  takes: 'list | rotate | revoke KID',
  about:
    'Lists the keys; replaces them (a new key is published at once and signs when every verifier has had time to see it); or ends one at once that somebody else may have.',
  most: 2,
  options: {
    ...installedOptions,
    algorithm: { type: 'string', value: 'ALG', about: 'Only the keys of this one, such as ES256.' },
    emergency: {
      type: 'boolean',
      about: 'With rotate: ends all keys at once. What they signed is good no more, except where the keys are cached.',
    },
    json: { type: 'boolean', about: 'Print the keys as one JSON object.' },
  },
  run: async (given) => {
    const change = changeFrom(given)
    const algorithm = algorithmFrom(given.text('algorithm'))
    return await withInstallation(given, async (installation) => {
      const made = await change(installation, algorithm)
      const keys = await installation.store.keys.list()
      const now = installation.now()
      const shown = keys.filter((key) => algorithm === undefined || key.algorithm === algorithm)
      if (given.flag('json')) {
        const data = { made, keys: shown.map(({ sealedPrivate: _, ...key }) => ({ ...key, state: stateOf(key, now) })) }
        process.stdout.write(`${JSON.stringify({ v: 1, data })}\n`)
      } else process.stdout.write(shown.map((key) => `${line(key, now)}\n`).join('') || none)
      return exitCodes.ok
    })
  },
}

const none = 'No such key is there; a server makes its keys when it starts.\n'

/** Returns the key ids that were made. */
type Change = (installation: Installation, algorithm: KeyAlgorithm | undefined) => Promise<readonly string[]>

function changeFrom(given: Given): Change {
  const [action, kid] = given.positionals
  const emergency = given.flag('emergency')
  if (action === 'revoke' && kid !== undefined) {
    return (installation) => revoke(installation, (key) => key.kid === kid, `There is no key "${kid}" that is in use.`)
  }
  if (kid === undefined && action === 'list' && !emergency) return async () => []
  if (kid === undefined && action === 'rotate') return emergency ? replaceAtOnce : rotate
  throw new CommandFailure(usage, exitCodes.usage)
}

const replaceAtOnce: Change = (installation, algorithm) =>
  revoke(installation, (key) => algorithm === undefined || key.algorithm === algorithm, 'There is no such key in use.')

async function revoke(
  installation: Installation,
  lost: (key: SigningKeyRecord) => boolean,
  none: string,
): Promise<readonly string[]> {
  const { revokeKeys } = await import('@symbolon/authorization-server/keys/emergency')
  const { revoked, made } = await revokeKeys(installation, lost)
  if (revoked.length === 0) throw new CommandFailure(none, exitCodes.notFound)
  process.stderr.write(
    'Nothing that was signed with what you ended is good here any more; servers that run follow within seconds. Others that cached the keys go on until their caches are over.\n',
  )
  return made
}

function algorithmFrom(text: string | undefined): KeyAlgorithm | undefined {
  if (text === undefined || isSigningAlgorithm(text) || isDecryptionAlgorithm(text)) return text
  throw new CommandFailure(
    `The algorithm is one of ${[...signingAlgorithms, ...decryptionAlgorithms].join(', ')}, not "${text}".`,
    exitCodes.usage,
  )
}

const rotate: Change = async (installation, algorithm) => {
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
