/** A configuration file becomes what the server works with, or all that is wrong with it at once. */
import { dirname, resolve } from 'node:path'
import { hashOf } from '@symbolon/authorization-server/handles'
import { defaultSettings, type Settings } from '@symbolon/authorization-server/ports/issuer'
import { isMap, type Reading } from './kinds.ts'
import { ConfigurationError, type Path, type Problem } from './problem.ts'
import { referencesIn } from './reference.ts'
import { configKind, type ReadConfig } from './schema.ts'
import { readSource, type Source } from './source.ts'

export interface Config extends Omit<ReadConfig, 'data' | 'storage'> {
  /** The file that it came from. */
  readonly file: string
  /** Absolute: where relative paths start. */
  readonly data: string
  /** With an absolute path. */
  readonly storage: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads and checks `file`; throws a `ConfigurationError` with every problem. Changes nothing. */
export async function loadConfig(file: string, environment: Environment = process.env): Promise<Config> {
  const path = resolve(file)
  return understand({ ...(await readSource(path)), file }, dirname(path), environment)
}

/** The same for a configuration that is already a value; relative paths start at `folder`. */
export const readConfig = (value: unknown, folder = process.cwd(), environment: Environment = process.env): Config =>
  understand({ file: 'configuration', value, locate: () => undefined }, resolve(folder), environment)

function understand({ file, value, locate }: Source, folder: string, environment: Environment): Config {
  const problems: Problem[] = []
  const reading: Reading = {
    development: isMap(value) && value.development === true,
    report: (problem) => problems.push(problem),
    resolve: referencesIn(folder, environment),
    places: new WeakMap<object, Path>(),
  }
  const read = configKind.read(value, [], reading)
  if (read === undefined || problems.length > 0) {
    const located = problems.map((problem) => ({ ...problem, file, position: locate(problem.path, problem.on) }))
    const line = ({ position }: (typeof located)[number]) => position?.line ?? 0
    throw new ConfigurationError(located.toSorted((a, b) => line(a) - line(b)))
  }
  const data = resolve(folder, read.data ?? '.')
  const [, database] = /^sqlite:(.+)$/s.exec(read.storage) ?? []
  return {
    ...read,
    file,
    data,
    storage: database === undefined || database === ':memory:' ? read.storage : `sqlite:${resolve(data, database)}`,
  }
}

/** In every language. */
const namesOf = (client: Config['clients'][number]): readonly string[] =>
  Object.entries(client).flatMap(([key, value]) =>
    /^client_name(#|$)/.test(key) && typeof value === 'string' ? [value] : [],
  )

/** The settings of the issuer, as its endpoints know them. */
export const settingsOf = ({
  name,
  profile,
  sessionManagement,
  signUp,
  unsignedRequestObjects,
  clientSecretJwt,
  development,
  locale,
  lifetimes,
  keys,
  registration,
  clients,
}: Config): Settings => ({
  ...defaultSettings,
  name,
  declaredNames: clients.flatMap(namesOf),
  development,
  compatibleProfile: profile === 'compatible',
  sessionManagement,
  signUp,
  unsignedRequestObjects,
  clientSecretJwt,
  defaultLocale: locale,
  codeLifetime: lifetimes.code,
  accessTokenLifetime: lifetimes.accessToken,
  idTokenLifetime: lifetimes.idToken,
  refreshTokenIdle: lifetimes.refreshTokenIdle,
  refreshTokenLifetime: lifetimes.refreshToken,
  refreshRetryWindow: lifetimes.refreshRetryWindow,
  interactionLifetime: lifetimes.interaction,
  sessionLifetime: lifetimes.session,
  keptSessionLifetime: lifetimes.keptSession,
  signingKeyLifetime: lifetimes.signingKey,
  jwksCache: lifetimes.jwksCache,
  signingAlgorithms: keys.algorithms,
  decryptionAlgorithms: keys.encryption,
  registration: registration.mode,
  registrationTokens: registration.tokens.map(hashOf),
  registrationsPerHour: registration.perHour,
  registrationUnused: registration.unused,
})
