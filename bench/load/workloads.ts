/** The workloads: what one operation is, and what its answer has to be. */
import { openidScope, resources } from '../world.ts'
import { openBrowser } from './browser.ts'
import { expect, type Http, json } from './http.ts'
import { basic, codeFlow, emailOf, type Target } from './target.ts'

export type Operation = () => Promise<void>

export interface Workload {
  readonly name: string
  readonly title: string
  /** Makes one worker's operation; what it does before the first is not measured. */
  readonly worker: (target: Target, http: Http, at: number) => Promise<Operation>
}

type Resource = (typeof resources)[keyof typeof resources]

function clientCredentials(resource: Resource): Workload['worker'] {
  return async ({ issuer, metadata, checkToken }, http) => {
    const form = { grant_type: 'client_credentials', resource: resource.name, scope: resource.scope }
    const asked = { method: 'POST', url: metadata.token_endpoint ?? '', form, headers: basic('robot') } as const
    return async () => {
      const { access_token: token, token_type, expires_in } = json(await http.send(asked))
      expect(String(token_type).toLowerCase() === 'bearer' && Number(expires_in) > 0, 'type and lifetime')
      if (resource.algorithm === undefined) return expect(String(token).length >= 43, 'an opaque token')
      checkToken(token, { algorithm: resource.algorithm, issuer, audience: resource.name })
    }
  }
}

export const workloads: readonly Workload[] = [
  {
    name: 'discovery',
    title: 'Discovery',
    worker: async ({ issuer }, http) => {
      const asked = { url: `${issuer}/.well-known/openid-configuration` }
      return async () => expect(json(await http.send(asked)).issuer === issuer, 'the issuer')
    },
  },
  { name: 'opaque', title: 'Client credentials, opaque', worker: clientCredentials(resources.opaque) },
  { name: 'es256', title: 'Client credentials, ES256', worker: clientCredentials(resources.es256) },
  { name: 'rs256', title: 'Client credentials, RS256', worker: clientCredentials(resources.rs256) },
  {
    name: 'private-key-jwt',
    title: 'Client credentials, private_key_jwt',
    worker: async ({ metadata, assertion }, http) => {
      const { name, scope } = resources.opaque
      const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      const form = {
        grant_type: 'client_credentials',
        resource: name,
        scope,
        client_id: 'keyed',
        client_assertion_type,
      }
      return async () => {
        const asked = { method: 'POST', url: metadata.token_endpoint ?? '' } as const
        const answer = await http.send({ ...asked, form: { ...form, client_assertion: assertion() } })
        expect(String(json(answer).access_token).length >= 43, 'an opaque token')
      }
    },
  },
  {
    name: 'introspection',
    title: 'Introspection',
    worker: async ({ metadata, opaqueTokens }, http, at) => {
      let next = at
      return async () => {
        const token = opaqueTokens[next++ % opaqueTokens.length] ?? ''
        const asked = { method: 'POST', url: metadata.introspection_endpoint ?? '', form: { token } } as const
        const body = json(await http.send({ ...asked, headers: basic('robot') }))
        expect(body.active === true && body.client_id === 'robot' && body.scope === resources.opaque.scope, 'active')
      }
    },
  },
  {
    name: 'userinfo',
    title: 'Userinfo',
    worker: async ({ metadata, personTokens }, http, at) => {
      let next = at
      return async () => {
        const token = personTokens[next++ % personTokens.length] ?? ''
        const headers = { authorization: `Bearer ${token}` }
        const body = json(await http.send({ url: metadata.userinfo_endpoint ?? '', headers }))
        expect(/^person-\d$/.test(String(body.sub)) && String(body.email).includes('@'), 'sub and email')
      }
    },
  },
  {
    name: 'refresh',
    title: 'Refresh with rotation',
    worker: async (target, http, at) => {
      const browser = target.browsers[at % target.browsers.length] ?? openBrowser(emailOf(at), at)
      const { name: resource, scope } = resources.opaque
      let { refresh_token: token } = await codeFlow(http, target, { browser, scope, resource })
      return async () => {
        const form = { grant_type: 'refresh_token', refresh_token: String(token) }
        const asked = { method: 'POST', url: target.metadata.token_endpoint ?? '', form } as const
        const body = json(await http.send({ ...asked, headers: basic('web') }))
        const { refresh_token: successor } = body
        expect(typeof successor === 'string' && successor !== token, 'another refresh token')
        expect(typeof body.access_token === 'string', 'an access token')
        token = successor
      }
    },
  },
  {
    name: 'code-flow',
    title: 'Whole code flow, signed in',
    worker: async (target, http, at) => {
      const browser = target.browsers[at % target.browsers.length] ?? openBrowser(emailOf(at), at)
      return async () => void (await codeFlow(http, target, { browser, scope: openidScope }))
    },
  },
  {
    name: 'sign-in',
    title: 'Sign-in from zero',
    worker: async (target, http, at) => async () =>
      void (await codeFlow(http, target, { browser: openBrowser(emailOf(at), at), scope: openidScope })),
  },
]
