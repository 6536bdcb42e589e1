/** Starts panva's oidc-provider with the adapter beside and the two pages that it asks for. Started as `node main.ts LAUNCH.json`. */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type Launch, people, resources } from '../../world.ts'
import { verifyPassword } from '../password.ts'
import { openAdapter } from './adapter.ts'
import { rememberedAs, settingsOf } from './settings.ts'

interface Interaction {
  readonly uid: string
  readonly prompt: { readonly name: string }
  readonly params: { readonly client_id: string; readonly scope: string }
  readonly session?: { readonly accountId: string }
}

/** The part of oidc-provider, which brings no types, that is used here. */
interface Provider {
  callback(): RequestListener
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: unknown): Promise<void>
  Grant: new (of: {
    accountId: string
    clientId: string
  }) => {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }
}

const launch: Launch = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const { issuer, port, storage, world } = launch

const name: string = 'oidc-provider'
const library: { default: new (issuer: string, settings: object) => Provider } = await import(name)
const adapter = await openAdapter(storage)
const provider = new library.default(issuer, settingsOf(world, adapter))
const remembered = adapter('Remembered')
const answer = provider.callback()

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  const page = (inside: string) =>
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end(`<!doctype html><title>${prompt.name}</title><form method="post">${inside}</form>`)
  if (request.method !== 'POST') {
    page(
      prompt.name === 'login'
        ? '<input name="login"><input type="password" name="password"><button>Sign in</button>'
        : '<button name="decision" value="allow">Allow</button>',
    )
    return
  }
  const form = new URLSearchParams(await textOf(request))
  if (prompt.name === 'login') {
    const person = people.find(({ email }) => email === form.get('login'))
    const right = await verifyPassword(form.get('password') ?? '', world.passwordHash)
    if (person === undefined || !right) return void response.writeHead(401).end()
    return provider.interactionFinished(request, response, { login: { accountId: person.sub } })
  }
  const accountId = session?.accountId ?? ''
  const grant = new provider.Grant({ accountId, clientId: params.client_id })
  grant.addOIDCScope('openid profile email offline_access archive:read')
  grant.addResourceScope(resources.opaque.name, resources.opaque.scope)
  const grantId = await grant.save()
  await remembered.upsert(rememberedAs(accountId, params.client_id), { grantId })
  await provider.interactionFinished(request, response, { consent: { grantId } })
}

const server = createServer((request, response) => {
  if (!request.url?.startsWith('/interaction/')) return answer(request, response)
  interact(request, response).catch(() => response.headersSent || response.writeHead(500).end())
})
server.keepAliveTimeout = 65_000
server.listen(port, '127.0.0.1')
