/** The suite's plans for relying parties. */
import { type ResponseType, responseTypes } from '../clients.ts'
import type { Variant } from '../suite-api.ts'
import { modulePrefix } from './journeys.ts'

export interface RelyingPartyPlan {
  /** How it is called here. */
  readonly name: string
  /** As the suite knows it. */
  readonly plan: string
  /** Each is a run of its own. */
  readonly variants: readonly Variant[]
  /** These of its modules; all when nothing is said. */
  readonly modules?: readonly string[]
}

const registrations = ['static_client', 'dynamic_client'] as const
const authentication = { client_auth_type: 'client_secret_basic' }
const plain = { request_type: 'plain_http_request' }
const unposted = { response_mode: 'default' }

/** For each way to be registered. */
const registered = (variant: Variant): readonly Variant[] =>
  registrations.map((client_registration) => ({ client_registration, ...variant }))

const flows = (name: string): RelyingPartyPlan => ({
  name,
  plan: `oidcc-client-${name}-certification-test-plan`,
  variants: registered(plain),
})

const logout = (name: string, plan: string): readonly RelyingPartyPlan[] =>
  ['basic', 'implicit', 'hybrid'].map((flow) => ({
    name: `${name}-${flow}`,
    plan: `oidcc-client-${plan}-rp-${flow}`,
    variants: registered({ ...authentication, ...plain, ...unposted }),
  }))

export const relyingPartyPlans: readonly RelyingPartyPlan[] = [
  flows('basic'),
  flows('implicit'),
  flows('hybrid'),
  flows('formpost-basic'),
  flows('formpost-implicit'),
  flows('formpost-hybrid'),
  {
    name: 'config',
    plan: 'oidcc-client-config-certification-test-plan',
    variants: registered({ ...authentication, ...plain, ...unposted }),
  },
  {
    name: 'dynamic',
    plan: 'oidcc-client-dynamic-certification-test-plan',
    variants: [{ ...authentication, ...unposted }],
  },
  {
    name: '3rd-party-init-login',
    plan: 'oidcc-client-test-3rd-party-init-login-test-plan',
    // a client that it knows beforehand is visited before the suite is ready for the app
    variants: responseTypes.map((response_type: ResponseType) => ({
      client_registration: 'dynamic_client',
      ...authentication,
      ...plain,
      ...unposted,
      response_type,
    })),
  },
  {
    name: 'refresh',
    plan: 'oidcc-client-refreshtoken-test-plan',
    variants: registered({ ...authentication, ...plain, ...unposted, response_type: 'code' }),
  },
  ...logout('rp-initiated-logout', 'rp-initiated-logout'),
  ...logout('front-channel-logout', 'front-channel-logout'),
  ...logout('back-channel-logout', 'back-channel-logout'),
  ...logout('session-management', 'rp-session-management'),
  {
    name: 'further',
    plan: 'oidcc-client-test-plan',
    variants: registered({ ...authentication, ...plain, response_mode: 'form_post', response_type: 'code' }),
    // no other plan has them, and no certification asks for them
    modules: ['missing-aud', 'userinfo-bearer-header', 'userinfo-bearer-body', 'form-post-error']
      .concat('invalid-sig-es256', 'invalid-sig-hs256', 'aggregated-claims')
      .map((name) => `${modulePrefix}-${name}`),
  },
]
