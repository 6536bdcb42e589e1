/** `symbolon logouts`: which apps were told that a session has ended, which are still to be, and which never listened. */

import type { LogoutDeliveryRecord } from '@symbolon/authorization-server/ports/records'
import { type Command, CommandFailure, exitCodes } from '../command.ts'
import { installedOptions, withInstallation } from '../installed.ts'

const mostListed = 1_000
const usually = 50

export const command: Command = {
  takes: '',
  about: 'Lists the newest notices of back-channel logout: what was delivered, what is tried again, what failed.',
  most: 0,
  options: {
    ...installedOptions,
    failed: { type: 'boolean', about: 'Only those that were given up.' },
    limit: { type: 'string', value: 'COUNT', about: `How many of the newest to look at; ${usually} unless given.` },
    json: { type: 'boolean', about: 'Print one JSON object.' },
  },
  run: async (given) => {
    const limit = limitFrom(given.text('limit'))
    const json = given.flag('json')
    const all = await withInstallation(given, ({ store }) => store.logouts.list(limit))
    const shown = given.flag('failed') ? all.filter(({ failedAt }) => failedAt !== null) : all
    const text = json
      ? `${JSON.stringify({ v: 1, data: { logouts: shown.map(inJson) } })}\n`
      : shown.map(line).join('') || none
    process.stdout.write(text)
    return exitCodes.ok
  },
}

const none = 'No such notice is there.\n'

function limitFrom(text: string | undefined): number {
  const limit = text === undefined ? usually : /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= mostListed) return limit
  throw new CommandFailure(`--limit is a number from 1 to ${mostListed}, not "${text}".`, exitCodes.usage)
}

const stateOf = ({ dueAt, failedAt }: LogoutDeliveryRecord): 'failed' | 'waiting' | 'over' =>
  failedAt !== null ? 'failed' : dueAt !== null ? 'waiting' : 'over'

const timeOf = (seconds: number) => new Date(seconds * 1_000).toISOString()

/** Neither the session nor the person: who reads this need not know them. */
const inJson = (logout: LogoutDeliveryRecord) => ({
  client: logout.clientId,
  flow: logout.flow,
  state: stateOf(logout),
  created_at: logout.createdAt,
  attempts: logout.attempts,
  due_at: logout.dueAt,
  failed_at: logout.failedAt,
  problem: logout.problem,
})

function line(logout: LogoutDeliveryRecord): string {
  const { clientId, flow, createdAt, attempts, problem } = logout
  const words = [timeOf(createdAt), stateOf(logout).padEnd(7), flow ?? '-'.padEnd(9), clientId, `attempts ${attempts}`]
  return `${[...words, ...(problem === null ? [] : [problem])].join('  ')}\n`
}
