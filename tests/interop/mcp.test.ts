/**
 * A stranger's client: the OAuth of the official MCP SDK, which is told nothing but the address of an MCP server.
 * That server is the SDK's own, behind our guard; the client is registered beforehand.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { nodeGuard } from '@symbolon/frameworks/guard/node'
import { type Listening, listen } from '../support/listen.ts'
import { freePorts } from '../support/ports.ts'
import { allow, callback, startTestServer, type TestServer } from '../support/server.ts'

const scope = 'tools:call'

/** Keeps what the SDK asks its user to keep. */
class Keeper implements OAuthClientProvider {
  readonly redirectUrl = callback
  readonly clientMetadata = { redirect_uris: [callback], scope: `${scope} offline_access` }
  sentTo: URL | undefined
  kept: StoredOAuthTokens | undefined
  #state = ''
  #verifier = ''
  #discovered: OAuthDiscoveryState | undefined

  state(): string {
    this.#state = crypto.randomUUID()
    return this.#state
  }
  clientInformation() {
    return { client_id: 'mcp' }
  }
  tokens() {
    return this.kept
  }
  saveTokens(tokens: StoredOAuthTokens) {
    this.kept = tokens
  }
  redirectToAuthorization(url: URL) {
    this.sentTo = url
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier
  }
  codeVerifier() {
    return this.#verifier
  }
  saveDiscoveryState(state: OAuthDiscoveryState) {
    this.#discovered = state
  }
  discoveryState() {
    return this.#discovered
  }
  isMine(state: string | null) {
    return state === this.#state
  }
}

describe("the MCP SDK's client", () => {
  let server: TestServer
  let resource: Listening
  let address: URL
  const calls: string[] = []
  beforeEach(() => calls.splice(0))

  before(async () => {
    const [port = 0] = await freePorts(1)
    address = new URL(`http://localhost:${port}/mcp`)
    server = await startTestServer({
      resources: {
        [address.href]: { name: 'Photos', token_format: 'jwt', scopes: { [scope]: 'Use its tools' } },
      },
      clients: [
        {
          client_id: 'mcp',
          client_name: 'An agent',
          token_endpoint_auth_method: 'none',
          redirect_uris: [callback],
          grant_types: ['authorization_code', 'refresh_token'],
          scope: `${scope} offline_access`,
        },
      ],
    })

    const { guarded, metadata, tokenOf } = nodeGuard({
      issuer: server.url,
      audience: address.href,
      scopes: { [scope]: 'Use its tools' },
    })
    const handle = toNodeHandler(
      createMcpHandler(() => {
        const tools = new McpServer({ name: 'photos', version: '1.0.0' })
        tools.registerTool('count', { description: 'Counts the photos' }, () => ({
          content: [{ type: 'text', text: 'three photos' }],
        }))
        return tools
      }),
    )
    const guard = guarded(scope)
    resource = await listen(port, (request, response) =>
      metadata(request, response, () =>
        guard(request, response, () => {
          calls.push(tokenOf(request).sub ?? '')
          void handle(request, response)
        }),
      ),
    )
  })
  after(async () => {
    await resource?.close()
    await server?.close()
  })

  const connect = async (keeper: Keeper): Promise<Client> => {
    const client = new Client({ name: 'agent', version: '1.0.0' })
    await client.connect(new StreamableHTTPClientTransport(address, { authProvider: keeper }))
    return client
  }

  /** As the SDK's guide says: connect, be refused, send the person away, come back with the answer, connect again. */
  async function signIn(keeper: Keeper): Promise<Client> {
    const transport = new StreamableHTTPClientTransport(address, { authProvider: keeper })
    const first = new Client({ name: 'agent', version: '1.0.0' })
    await assert.rejects(first.connect(transport), UnauthorizedError)
    const answer = await allow(server.person(), keeper.sentTo?.href ?? '')
    assert.ok(keeper.isMine(answer.searchParams.get('state')))
    await transport.finishAuth(answer.searchParams)
    return connect(keeper)
  }

  const count = async (client: Client) => (await client.callTool({ name: 'count' })).content

  it('finds the way from the resource to a token for it alone, and calls (RFC 9728 §5, RFC 8707 §2)', async () => {
    const keeper = new Keeper()
    const client = await signIn(keeper)
    assert.equal(keeper.sentTo?.origin, server.url)
    assert.equal(keeper.sentTo?.searchParams.get('resource'), address.href)
    assert.equal(keeper.sentTo?.searchParams.get('code_challenge_method'), 'S256')
    assert.deepEqual(await count(client), [{ type: 'text', text: 'three photos' }])
    assert.ok(calls.length > 0 && calls.every((sub) => sub === 'alice-0001'))
    await client.close()
  })

  it('renews when its access token is no longer taken', async () => {
    const keeper = new Keeper()
    await (await signIn(keeper)).close()
    const before = keeper.kept
    assert.ok(before?.refresh_token)
    keeper.kept = { ...before, access_token: `${before.access_token.slice(0, -4)}AAAA` }
    keeper.sentTo = undefined
    const client = await connect(keeper)
    assert.deepEqual(await count(client), [{ type: 'text', text: 'three photos' }])
    assert.equal(keeper.sentTo, undefined)
    assert.notEqual(keeper.kept.access_token, before.access_token)
    assert.notEqual(keeper.kept.refresh_token, before.refresh_token)
    await client.close()
  })
})
