/** `symbolon flow`: the last flows. `symbolon flow REF`: one of them, step by step, with its finding. */

import type { Store } from '@symbolon/authorization-server/ports/store'
import { isFlowReference } from '@symbolon/protocol/trace'
import { type Command, CommandFailure, exitCodes } from '../command.ts'
import { installedOptions, withInstallation } from '../installed.ts'

const mostListed = 1_000

export const command: Command = {
  takes: '[REF]',
  about: 'Lists the last flows, or tells one of them as steps between the four roles, with the reason if it failed.',
  most: 1,
  options: {
    ...installedOptions,
    limit: { type: 'string', value: 'COUNT', about: 'How many flows to list; 20 unless given.' },
    json: { type: 'boolean', about: 'Print one JSON object.' },
  },
  run: async (given) => {
    const reference = referenceFrom(given.positionals[0])
    const limit = limitFrom(given.text('limit'))
    const json = given.flag('json')
    const text = await withInstallation(given, ({ store }) =>
      reference === undefined ? list(store, limit, json) : one(store, reference, json),
    )
    process.stdout.write(text)
    return exitCodes.ok
  },
}

function referenceFrom(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const reference = text.toUpperCase()
  if (isFlowReference(reference)) return reference
  throw new CommandFailure(`"${text}" is no reference; one looks like 8S1K-42QD.`, exitCodes.usage)
}

function limitFrom(text: string | undefined): number {
  const limit = text === undefined ? 20 : /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= mostListed) return limit
  throw new CommandFailure(`--limit is a number from 1 to ${mostListed}, not "${text}".`, exitCodes.usage)
}

async function list(store: Store, limit: number, json: boolean): Promise<string> {
  const flows = await store.flows.list({ limit })
  if (json) return `${JSON.stringify({ v: 1, data: { flows } })}\n`
  const { flowList, paintFor } = await import('../flow-text.ts')
  return flowList(flows, paintFor(process.stdout))
}

async function one(store: Store, flow: string, json: boolean): Promise<string> {
  const events = await store.flows.events(flow)
  if (events.length === 0) {
    const message = `There is no flow ${flow}; it may be too old, one of many alike, of another server, or an app's own. symbolon flow lists the last ones.`
    throw new CommandFailure(message, exitCodes.notFound)
  }
  if (json) {
    const [{ findingOf }, { stepsOf }] = await Promise.all([
      import('@symbolon/authorization-server/trace/finding'),
      import('@symbolon/authorization-server/trace/steps'),
    ])
    const data = { flow, steps: stepsOf(events), finding: findingOf(events) ?? null }
    return `${JSON.stringify({ v: 1, data })}\n`
  }
  const { flowText, paintFor } = await import('../flow-text.ts')
  return flowText(flow, events, paintFor(process.stdout))
}
