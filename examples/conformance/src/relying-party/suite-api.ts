/** The suite's own interface: plans are made, modules are begun, and tell how they ended. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Variant } from './plans.ts'

export interface PlannedModule {
  readonly testModule: string
  readonly variant?: Variant
}

export interface Plan {
  readonly id: string
  readonly modules: readonly PlannedModule[]
}

export interface Ended {
  readonly status: string
  /** `PASSED`, `WARNING`, `REVIEW`, `SKIPPED` or `FAILED`; anything else is no end. */
  readonly result: string
}

/** One line of the suite's record that is not well. */
export interface Complaint {
  readonly src?: string
  readonly result?: string
  readonly msg?: string
}

export interface SuiteApi {
  plan(name: string, variant: Variant, configuration: object): Promise<Plan>
  begin(plan: string, module: PlannedModule): Promise<string>
  /** Waits until the module is ready for the app; gives its issuer. */
  ready(id: string): Promise<string>
  /** The address that the module sends people to, who are then on the way. */
  sentTo(id: string): Promise<string>
  ended(id: string): Promise<Ended>
  complaints(id: string): Promise<readonly Complaint[]>
}

const pause = 100
const patience = 40_000

export function createSuiteApi(base: string, token: string | undefined): SuiteApi {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const call = async <T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> => {
    const response = await fetch(`${base}/api/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok)
      throw new Error(`the suite answers ${response.status} to ${method} ${path.split('?')[0]}: ${text.slice(0, 300)}`)
    return (text === '' ? {} : JSON.parse(text)) as T
  }
  const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    for (const end = Date.now() + patience; Date.now() < end; await wait(pause)) {
      const found = await look()
      if (found !== undefined) return found
    }
    throw new Error(`the suite was waited for too long: ${what}`)
  }
  const info = (id: string) => call<Ended>('GET', `info/${id}`)
  const query = (parameters: Readonly<Record<string, string>>, variant: Variant | undefined) =>
    new URLSearchParams({ ...parameters, ...(variant && { variant: JSON.stringify(variant) }) })

  return {
    plan: (planName, variant, configuration) => call('POST', `plan?${query({ planName }, variant)}`, configuration),
    async begin(plan, { testModule: test, variant }) {
      return (await call<{ readonly id: string }>('POST', `runner?${query({ test, plan }, variant)}`)).id
    },
    async ready(id) {
      const status = await until('a module that is set up', async () => {
        const now = await info(id)
        return ['CONFIGURED', 'WAITING', 'FINISHED', 'INTERRUPTED'].includes(now.status) ? now.status : undefined
      })
      if (status === 'CONFIGURED') {
        await call('POST', `runner/${id}`)
        await until('a module that waits', async () => ((await info(id)).status === 'WAITING' ? true : undefined))
      }
      const { exposed } = await call<{ readonly exposed?: { readonly issuer?: string } }>('GET', `runner/${id}`)
      if (exposed?.issuer === undefined) throw new Error('the module does not say who its issuer is')
      return exposed.issuer
    },
    async sentTo(id) {
      const url = await until('an address to visit', async () => {
        const { urls } = await call<{ readonly urls: readonly string[] }>('GET', `runner/browser/${id}`)
        return urls[0]
      })
      await call('POST', `runner/browser/${id}/visit?${new URLSearchParams({ url })}`)
      return url
    },
    ended: (id) =>
      until('the end of a module', async () => {
        const now = await info(id)
        return ['FINISHED', 'INTERRUPTED'].includes(now.status) ? now : undefined
      }),
    async complaints(id) {
      const log = await call<readonly Complaint[]>('GET', `log/${id}`)
      return log.filter(({ result }) => result === 'FAILURE' || result === 'WARNING')
    },
  }
}
