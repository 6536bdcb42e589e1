/** The providers of an app by the names it gave them, each with addresses of its own here. */
import { isAskable } from './asked.ts'
import { AuthError } from './errors.ts'
import { ownParameters } from './flow/1-authorization-request.ts'
import { type Fetch, guarded } from './network.ts'
import type { Addresses, Connection, Provider } from './providers/provider.ts'
import type { ManagedRegistration } from './registration-management.ts'

export interface ConfiguredProvider {
  readonly name: string
  readonly provider: Provider
  readonly addresses: Addresses
  readonly connect: () => Promise<Connection>
  readonly registration: ManagedRegistration | undefined
}

export function readProviders(
  providers: Readonly<Record<string, Provider>>,
  { base, fetch }: { readonly base: string; readonly fetch: Fetch },
): ReadonlyMap<string, ConfiguredProvider> {
  const entries = Object.entries(providers)
  need(entries.length > 0, 'providers: at least one', 'none')
  for (const [name, { parameters }] of entries) {
    need(/^[\w-]{1,40}$/.test(name), 'a provider name of letters, digits, - and _', name)
    const taken = Object.keys(parameters).filter((parameter) => ownParameters.includes(parameter))
    need(taken.length === 0, `providers.${name}.parameters without what the client sets itself`, taken.join(' '))
    const { max_age = '0', claims = '{}' } = parameters
    need(isAskable('max_age', max_age), `providers.${name}.parameters.max_age: whole seconds`, max_age)
    need(isAskable('claims', claims), `providers.${name}.parameters.claims: a JSON object`, 'another value')
  }
  return new Map(
    entries.map(([name, provider]) => {
      const network = guarded(fetch, provider.allowHttp)
      const addresses = addressesOf(base, name)
      const connect = () => provider.connect({ network, addresses })
      return [name, { name, provider, addresses, connect, registration: provider.manage?.(network) }]
    }),
  )
}

const addressesOf = (base: string, name: string): Addresses => ({
  redirect: `${base}/callback/${name}`,
  signedOut: `${base}/signedout/${name}`,
  initiate: `${base}/initiate`,
  keys: `${base}/keys/${name}`,
  requests: `${base}/request/`,
  backChannelLogout: `${base}/backchannel-logout/${name}`,
  frontChannelLogout: `${base}/frontchannel-logout/${name}`,
})

export function need(holds: boolean, expected: string, got: string): void {
  if (!holds) throw new AuthError('client_settings_wrong', { expected, got })
}
