/** The plans of the suite that this server is for, and the configuration to paste into it for each. */
import { dynamicOverrides, flowOverrides, logoutOverrides, type Script, scripts } from './browser.ts'
import { clientId, clientSecret, type Family, type Place, responseTypes } from './clients.ts'
import type { Suite } from './suite.ts'
import type { Variant } from './suite-api.ts'

type Overrides = ReturnType<typeof flowOverrides>

export interface Plan {
  /** As the suite knows it. */
  readonly plan: string
  /** Each is a run of its own; all take the same configuration. */
  readonly variants: readonly Variant[]
  readonly family: Family
  /** Scripts for modules that have a page for their proof. */
  readonly overrides: (issuer: string) => Overrides
  /** Whether the suite's own browser can't go through it, and a real one is needed. */
  readonly byHand?: true
}

const registrations = ['static_client', 'dynamic_client'] as const

const discovered: readonly Variant[] = registrations.map((client_registration) => ({
  server_metadata: 'discovery',
  client_registration,
}))

const everyType: readonly Variant[] = responseTypes.map((response_type) => ({ response_type }))

const everyTypeAndRegistration: readonly Variant[] = registrations.flatMap((client_registration) =>
  everyType.map((variant) => ({ client_registration, ...variant })),
)

const flows = (name: string, family: Family): Plan =>
  plan(name, { family, variants: discovered, overrides: flowOverrides })

const logout = (name: string, family: Family, overrides: Plan['overrides'] = none): Plan =>
  plan(name, { family, variants: everyTypeAndRegistration, overrides })

export const plans: readonly Plan[] = [
  flows('basic', 'basic'),
  flows('implicit', 'implicit'),
  flows('hybrid', 'hybrid'),
  plan('config', { family: 'basic', variants: [{}], overrides: none }),
  plan('dynamic', {
    family: 'basic',
    variants: everyType,
    overrides: (issuer) => ({ ...flowOverrides(issuer), ...dynamicOverrides(issuer) }),
  }),
  flows('formpost-basic', 'basic'),
  flows('formpost-implicit', 'implicit'),
  flows('formpost-hybrid', 'hybrid'),
  plan('3rdparty-init-login', { family: 'basic', variants: everyType, overrides: none }),
  logout('rp-initiated-logout', 'logout', logoutOverrides),
  { ...logout('session-management', 'logout'), byHand: true },
  logout('frontchannel-rp-initiated-logout', 'frontchannel'),
  logout('backchannel-rp-initiated-logout', 'backchannel'),
]

function none(): Overrides {
  return {}
}

function plan(name: string, how: Omit<Plan, 'plan'>): Plan {
  return { plan: `oidcc-${name}-certification-test-plan`, ...how }
}

interface PlanClient {
  readonly client_id: string
  readonly client_secret: string
  readonly client_name: string
}

export interface PlanConfiguration {
  readonly alias: string
  readonly description: string
  readonly server: { readonly discoveryUrl: string; readonly jwks_refresh_delay: number }
  readonly client: PlanClient
  readonly client2: PlanClient
  readonly client_secret_post?: PlanClient
  /** Where there are none the suite shows each address, and waits for somebody who opens it. */
  readonly browser: readonly Script[]
  readonly override: Overrides
}

export function configurationOf(
  { plan, family, overrides, byHand }: Plan,
  issuer: string,
  { alias }: Suite,
): PlanConfiguration {
  const client = (place: Place): PlanClient => ({
    client_id: clientId(family, place),
    client_secret: clientSecret(family, place),
    client_name: `Conformance suite, ${place}`,
  })
  return {
    alias,
    description: `Symbolon, ${plan}`,
    // Keys of a client are fetched anew at once for a name that is not known yet; no need to wait a minute.
    server: { discoveryUrl: `${issuer}/.well-known/openid-configuration`, jwks_refresh_delay: 5 },
    client: client('first'),
    client2: client('second'),
    ...((family === 'basic' || family === 'hybrid') && { client_secret_post: client('post') }),
    browser: byHand ? [] : scripts(issuer),
    override: overrides(issuer),
  }
}

/** As people call it: `basic`. */
export const shortName = ({ plan }: Plan): string => plan.replace(/^oidcc-|-certification-test-plan$/g, '')

/** As the suite's own runner takes it: `plan[variant=value]`. */
export const runName = ({ plan }: Plan, variant: Variant): string =>
  `${plan}${Object.entries(variant)
    .map(([name, value]) => `[${name}=${value}]`)
    .join('')}`
