/** The three servers: how each is told what to serve, and how its process is started. */
import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { callback, type Launch, lifetimes, people, resources, robotScope, secret, webScope } from '../world.ts'

export const contenders = ['symbolon', 'floor', 'oidc-provider'] as const
export type Contender = (typeof contenders)[number]

const programs: Readonly<Record<Contender, string>> = {
  symbolon: '../../apps/cli/src/symbolon.mjs',
  floor: './floor/main.ts',
  'oidc-provider': './oidc-provider/main.ts',
}

export interface Started {
  /** For Node. */
  readonly flags?: readonly string[]
  /** Of Symbolon; one unless given. */
  readonly workers?: number | undefined
}

/** Starts the server; what it prints goes to a file beside its configuration. */
export function start(
  contender: Contender,
  folder: string,
  launch: Launch,
  { flags = [], workers }: Started = {},
): ChildProcess {
  const file = join(folder, `${contender}-${launch.port}.json`)
  const written = contender === 'symbolon' ? configuration(launch) : launch
  writeFileSync(file, JSON.stringify(written), { mode: 0o600 })
  const program = fileURLToPath(import.meta.resolve(programs[contender]))
  const several = workers === undefined ? [] : ['--workers', String(workers)]
  const args = contender === 'symbolon' ? [program, 'serve', '--config', file, ...several] : [program, file]
  const log = openSync(join(folder, `${contender}.log`), 'a')
  return spawn(process.execPath, [...flags, ...args], { stdio: ['ignore', log, log] })
}

/** What ours is configured with: its own file, the same world. */
function configuration({ issuer, port, storage, world }: Launch) {
  const robot = { grant_types: ['client_credentials'], scope: robotScope, id_token_signed_response_alg: 'ES256' }
  return {
    issuer,
    listen: { host: '127.0.0.1', port },
    // The load says which network it comes from: one network may have few sign-ins under way at once.
    trustProxy: ['127.0.0.1'],
    storage,
    secret: world.cookieSecret,
    lifetimes: {
      code: lifetimes.code,
      accessToken: lifetimes.accessToken,
      idToken: lifetimes.idToken,
      refreshTokenIdle: lifetimes.refreshToken,
      session: lifetimes.session,
    },
    clients: [
      {
        client_id: 'web',
        client_name: 'Web',
        client_secret: secret,
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
        rotate_refresh_tokens: true,
        id_token_signed_response_alg: 'ES256',
        scope: webScope,
      },
      { ...robot, client_id: 'robot', client_secret: secret },
      {
        ...robot,
        client_id: 'keyed',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [world.clientKey.public] },
      },
    ],
    resources: Object.fromEntries(
      Object.values(resources).map(({ name, scope, format, algorithm }) => [
        name,
        {
          name: scope,
          token_format: format,
          ...(algorithm !== undefined && { signing_algorithm: algorithm }),
          scopes: { [scope]: `Use ${scope}` },
        },
      ]),
    ),
    people: people.map((person) => ({ ...person, password: world.passwordHash })),
  }
}
