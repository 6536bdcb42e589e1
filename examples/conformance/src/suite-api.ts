/** The suite's own interface: plans are made, modules are begun, and tell how they ended. */
import { setTimeout as wait } from 'node:timers/promises'
import { CommandFailure } from '@symbolon/cli/command'

export type Variant = Readonly<Record<string, string>>

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

/** One line of the suite's record. */
export interface Line {
  readonly src?: string
  readonly result?: string
  readonly msg?: string
  /** The page that was kept as a proof. */
  readonly page_source?: string
}

export const isComplaint = ({ result }: Line): boolean => result === 'FAILURE' || result === 'WARNING'

export interface SuiteApi {
  plan(name: string, variant: Variant, configuration: object): Promise<Plan>
  begin(plan: string, module: PlannedModule): Promise<string>
  /** Waits until the module is set up, but not begun by itself. */
  configured(id: string): Promise<void>
  start(id: string): Promise<void>
  /** Waits until the module is ready for the app; gives its issuer. */
  ready(id: string): Promise<string>
  /** The address that the module sends people to, who are then on the way. */
  sentTo(id: string): Promise<string>
  /** The same, unless it is at its end before. */
  sentToOrEnded(id: string): Promise<string | undefined>
  ended(id: string): Promise<Ended>
  /** Gives a module up that does not end. */
  cancel(id: string): Promise<void>
  log(id: string): Promise<readonly Line[]>
  /** What is not well in it. */
  complaints(id: string): Promise<readonly Line[]>
}

const pause = 100
/** For something to happen, and for a module to end, of which one waits for half a minute itself. */
const patience = { short: 40_000, long: 180_000 }
const ends = ['FINISHED', 'INTERRUPTED']

export function createSuiteApi(base: string, token: string | undefined): SuiteApi {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const call = async <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> => {
    const response = await fetch(`${base}/api/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new CommandFailure(`The suite does not answer at ${base}: ${reasonOf(error)}.`)
    })
    const text = await response.text()
    if (!response.ok)
      throw new Error(`the suite answers ${response.status} to ${method} ${path.split('?')[0]}: ${text.slice(0, 300)}`)
    return (text === '' ? {} : JSON.parse(text)) as T
  }
  const until = async <T>(what: string, look: () => Promise<T | undefined>, long = patience.short): Promise<T> => {
    for (const end = Date.now() + long; Date.now() < end; await wait(pause)) {
      const found = await look()
      if (found !== undefined) return found
    }
    throw new Error(`the suite was waited for too long: ${what}`)
  }
  const info = (id: string) => call<Ended>('GET', `info/${id}`)
  const endedNow = async (id: string) => {
    const now = await info(id)
    return ends.includes(now.status) ? now : undefined
  }
  const setUp = (id: string) =>
    until('a module that is set up', async () => {
      const { status } = await info(id)
      return ['CONFIGURED', 'WAITING', ...ends].includes(status) ? status : undefined
    })
  const start = (id: string) => call<void>('POST', `runner/${id}`)
  const addresses = (id: string) => call<{ readonly urls: readonly string[] }>('GET', `runner/browser/${id}`)
  const visit = (id: string, url: string) =>
    call<void>('POST', `runner/browser/${id}/visit?${new URLSearchParams({ url })}`)
  const query = (parameters: Readonly<Record<string, string>>, variant: Variant | undefined) =>
    new URLSearchParams({ ...parameters, ...(variant && { variant: JSON.stringify(variant) }) })
  const log = (id: string) => call<readonly Line[]>('GET', `log/${id}`)

  return {
    plan: (planName, variant, configuration) => call('POST', `plan?${query({ planName }, variant)}`, configuration),
    async begin(plan, { testModule: test, variant }) {
      return (await call<{ readonly id: string }>('POST', `runner?${query({ test, plan }, variant)}`)).id
    },
    async configured(id) {
      const status = await setUp(id)
      if (status !== 'CONFIGURED') throw new Error(`the module is ${status} before anybody started it`)
    },
    start,
    async ready(id) {
      if ((await setUp(id)) === 'CONFIGURED') {
        await start(id)
        await until('a module that waits', async () => ((await info(id)).status === 'WAITING' ? true : undefined))
      }
      const { exposed } = await call<{ readonly exposed?: { readonly issuer?: string } }>('GET', `runner/${id}`)
      if (exposed?.issuer === undefined) throw new Error('the module does not say who its issuer is')
      return exposed.issuer
    },
    async sentTo(id) {
      const url = await until('an address to visit', async () => (await addresses(id)).urls[0])
      await visit(id, url)
      return url
    },
    sentToOrEnded: (id) =>
      until('an address to visit, or the end', async () => {
        const url = (await addresses(id)).urls[0]
        if (url !== undefined) await visit(id, url)
        return url !== undefined ? [url] : (await endedNow(id)) && []
      }).then(([url]) => url),
    ended: (id) => until('the end of a module', () => endedNow(id), patience.long),
    cancel: (id) => call('DELETE', `runner/${id}`),
    log,
    async complaints(id) {
      return (await log(id)).filter(isComplaint)
    },
  }
}

/** Why nothing came back: `ECONNREFUSED`, or a certificate that is not trusted. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return /CERT|ISSUER/.test(reason) ? `${reason}; --suite-ca names the certificate that it shows` : reason
}
