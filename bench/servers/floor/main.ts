/**
 * The floor: a bare server of the same stack that does the least honest work for the same answers. It has no rules
 * beyond those that make the answer safe, no record, no log, no configuration, and its clients are constants.
 *
 * Started as `node main.ts LAUNCH.json`.
 */
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import type { Launch } from '../../world.ts'
import { people, webScope } from '../../world.ts'
import { authorizationRoutes } from './authorization.ts'
import { publicJwk } from './jwt.ts'
import { openPostgresStore } from './postgres.ts'
import { openSqliteStore } from './sqlite.ts'
import { tokenRoutes } from './token.ts'

const launch: Launch = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const { issuer, port, storage, world } = launch

const known = people.map(({ sub, email, username, claims }) => ({
  id: sub,
  login: email,
  password: world.passwordHash,
  claims: JSON.stringify({ sub, email, preferred_username: username, ...claims }),
}))
const consent = { client: 'web', scope: webScope }
const store = storage.startsWith('sqlite:')
  ? await openSqliteStore(storage.slice('sqlite:'.length), known, consent)
  : await openPostgresStore(storage, known, consent)

const server = Fastify({ logger: false, forceCloseConnections: true })
server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, new URLSearchParams(String(body))),
)
const metadata = JSON.stringify({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  introspection_endpoint: `${issuer}/introspect`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256', 'RS256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: ['ES256'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
  scopes_supported: webScope.split(' '),
})
const keys = JSON.stringify({ keys: Object.values(world.signingKeys).map(publicJwk) })
server.get('/.well-known/openid-configuration', (_request, reply) => {
  reply.header('content-type', 'application/json').send(metadata)
})
server.get('/jwks', (_request, reply) => {
  reply.header('content-type', 'application/json').send(keys)
})
tokenRoutes(server, { issuer, world, store })
authorizationRoutes(server, { issuer, world, store })
await server.listen({ host: '127.0.0.1', port })
