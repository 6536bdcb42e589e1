/** `symbolon invitations list`, `create` and `revoke`: initial access tokens for apps that register themselves (RFC 7591 §3). */

import type { InvitationRecord } from '@symbolon/authorization-server/ports/records'
import type { Installation } from '@symbolon/server/installation'
import { type Command, CommandFailure, exitCodes, type Given } from '../command.ts'
import { installedOptions, withInstallation } from '../installed.ts'

const usage =
  'Usage: symbolon invitations list, symbolon invitations create, or symbolon invitations revoke ID. Only create takes --uses, --for and --note.'
const mostUses = 1_000
const longestNote = 200
const usually = { uses: 1, for: '7d' }

export const command: Command = {
  takes: 'list | create | revoke ID',
  about:
    'Lists the invitations; makes one, a token that is shown once and with which an app registers itself as one that you know; or takes one back. Apps that came by it stay.',
  most: 2,
  options: {
    ...installedOptions,
    uses: { type: 'string', value: 'COUNT', about: `With create: for so many apps; ${usually.uses} unless given.` },
    for: {
      type: 'string',
      value: 'TIME',
      about: `With create: for so long, as 12h or 30d; ${usually.for} unless given.`,
    },
    note: { type: 'string', value: 'TEXT', about: 'With create: whom it is for, to know it again in the list.' },
    json: { type: 'boolean', about: 'Print one JSON object.' },
  },
  run: async (given) => {
    const act = actionFrom(given)
    return await withInstallation(given, async (installation) => {
      const token = await act(installation)
      const now = installation.now()
      const all = await installation.store.invitations.list()
      const json = given.flag('json')
      if (json) print({ ...(token !== undefined && { token }), invitations: all.map((one) => inJson(one, now)) })
      else process.stdout.write(token === undefined ? all.map((one) => line(one, now)).join('') || none : `${token}\n`)
      if (token !== undefined) warn(installation)
      return exitCodes.ok
    })
  },
}

const none = 'No invitation is there.\n'

const print = (data: object) => process.stdout.write(`${JSON.stringify({ v: 1, data })}\n`)

/** Gives the token, if one was made. */
type Action = (installation: Installation) => Promise<string | undefined>

function actionFrom(given: Given): Action {
  const [action, id] = given.positionals
  if (action === 'create' && id === undefined) return create(given)
  const asked = ['uses', 'for', 'note'].some((option) => given.text(option) !== undefined)
  if (action === 'revoke' && id !== undefined && !asked) return (installation) => revoke(installation, id)
  if (action === 'list' && id === undefined && !asked) return async () => undefined
  throw new CommandFailure(usage, exitCodes.usage)
}

function create(given: Given): Action {
  const most = usesFrom(given.text('uses') ?? String(usually.uses))
  const note = noteFrom(given.text('note') ?? '')
  return async ({ store, now, random }) => {
    const lasts = await timeFrom(given.text('for') ?? usually.for)
    const { hashOf, newHandle } = await import('@symbolon/authorization-server/handles')
    const token = newHandle(random)
    const createdAt = now()
    const invitation = { tokenHash: hashOf(token), note, createdAt, expiresAt: createdAt + lasts, most, used: 0 }
    await store.commit([{ do: 'insert-invitation', invitation }])
    return token
  }
}

async function revoke({ store }: Installation, id: string): Promise<undefined> {
  const [found, ...more] = (await store.invitations.list()).filter((invitation) => idOf(invitation) === id)
  if (found === undefined || more.length > 0) {
    throw new CommandFailure(`There is no invitation "${id}".`, exitCodes.notFound)
  }
  await store.commit([{ do: 'delete-invitation', tokenHash: found.tokenHash }])
}

function usesFrom(text: string): number {
  const uses = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (uses >= 1 && uses <= mostUses) return uses
  throw new CommandFailure(`--uses is a number from 1 to ${mostUses}, not "${text}".`, exitCodes.usage)
}

function noteFrom(text: string): string {
  if (text.length <= longestNote && !/\p{C}/u.test(text)) return text
  throw new CommandFailure(`--note is one line of at most ${longestNote} characters.`, exitCodes.usage)
}

async function timeFrom(text: string): Promise<number> {
  const { secondsOf } = await import('@symbolon/server/config/kinds')
  const seconds = secondsOf(text) ?? 0
  if (seconds >= 60 && seconds <= 365 * 86_400) return seconds
  throw new CommandFailure(`--for is a time from 1m to 365d, as 90s, 10m, 12h or 30d, not "${text}".`, exitCodes.usage)
}

function warn({ settings }: Installation): void {
  process.stderr.write('It is shown only now. Whoever has it can register an app that people are not warned of.\n')
  if (settings.registration === 'off') {
    process.stderr.write('Nobody can use it yet: the configuration says registration.mode off.\n')
  }
}

/** What names it without being it. */
const idOf = ({ tokenHash }: InvitationRecord): string =>
  Buffer.from(tokenHash, 'base64url').toString('hex').slice(0, 12)

function stateOf({ expiresAt, used, most }: InvitationRecord, now: number): 'open' | 'used' | 'over' {
  if (used >= most) return 'used'
  return expiresAt > now ? 'open' : 'over'
}

const inJson = (invitation: InvitationRecord, now: number) => ({
  id: idOf(invitation),
  state: stateOf(invitation, now),
  note: invitation.note,
  created_at: invitation.createdAt,
  expires_at: invitation.expiresAt,
  uses: invitation.most,
  used: invitation.used,
})

const time = (seconds: number) => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z')

function line(invitation: InvitationRecord, now: number): string {
  const { used, most, expiresAt, note } = invitation
  const words = [idOf(invitation), stateOf(invitation, now), `used ${used} of ${most}`, `until ${time(expiresAt)}`]
  return `${[...words, ...(note === '' ? [] : [note])].join('  ')}\n`
}
