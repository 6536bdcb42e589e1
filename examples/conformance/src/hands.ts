/** What people do while a module waits; for all others there is nothing to do. */
import type { SuiteApi } from './suite-api.ts'
import type { Visitor } from './visitor.ts'

export interface Hands {
  readonly api: SuiteApi
  /** Where keys are rotated. */
  readonly control: string
  /** Somebody who was never here before. */
  readonly visitor: () => Promise<Visitor>
}

const byHand: Readonly<Record<string, (hands: Hands, id: string) => Promise<void>>> = {
  'oidcc-server-rotate-keys': rotateAndStart,
  'oidcc-session-management-rp-initiated-logout': visitAll,
}

export const lendAHand = async (hands: Hands, module: string, id: string): Promise<void> => byHand[module]?.(hands, id)

async function rotateAndStart({ api, control }: Hands, id: string): Promise<void> {
  await api.configured(id)
  const response = await fetch(`${control}/rotate-keys`, { method: 'POST' })
  if (!response.ok) throw new Error(`the keys were not rotated: ${await response.text()}`)
  await api.start(id)
}

async function visitAll({ api, visitor }: Hands, id: string): Promise<void> {
  const person = await visitor()
  try {
    for (let url = await api.sentToOrEnded(id); url !== undefined; url = await api.sentToOrEnded(id))
      await person.visit(url)
  } finally {
    await person.close()
  }
}
