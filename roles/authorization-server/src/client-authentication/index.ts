/**
 * Client authentication, the same at every endpoint that asks for it: exactly one method, the registered one.
 *
 * To add a method: one file beside this one, and one line in the table.
 *
 * @see RFC 6749 §2.3 (one method in a request), §3.2.1
 */
import { allow, type Decision, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { type AuthenticatedClient, type AuthenticationMethod, type Client, clientFrom } from '../client.ts'
import type { Settings } from '../ports/issuer.ts'
import type { Registry } from '../ports/store.ts'
import { createTrail } from '../trace/trail.ts'
import { assertion, isAboutProven } from './assertion.ts'
import { clientSecretBasic, clientSecretPost } from './client-secret.ts'
import { type Guess, guessesAt } from './guesses.ts'
import type { Attempt, Credentials, Method, Presented } from './method.ts'
import { none } from './none.ts'

/** Methods that carry a credential; `none` is what is left when no credential came. */
const withCredentials: readonly Method[] = [clientSecretBasic, clientSecretPost, assertion]

const isServed = (name: AuthenticationMethod, { clientSecretJwt }: Settings) =>
  clientSecretJwt || name !== 'client_secret_jwt'

/** The methods served, as metadata lists them. */
export const servedMethods = (settings: Settings): readonly AuthenticationMethod[] =>
  [none, ...withCredentials].flatMap(({ names }) => names).filter((name) => isServed(name, settings))

interface Registration {
  readonly client: Client | undefined
  readonly method: Method
  readonly settings: Settings
}

const registrationRules: readonly Rule<Registration>[] = [
  { reason: 'client_unknown', broken: ({ client }) => client === undefined },
  {
    reason: 'client_authentication_method_wrong',
    broken: ({ client, method, settings }) =>
      !method.names.some((name) => name === client?.authenticationMethod && isServed(name, settings)),
    seen: ({ client, method }) => ({ expected: clear(client?.authenticationMethod), got: clear(method.names) }),
  },
]

const standingRules: readonly Rule<Client>[] = [{ reason: 'client_disabled', broken: ({ disabled }) => disabled }]

type Circumstances = Pick<Attempt, 'issuer' | 'now' | 'trail'> & {
  readonly registry: Registry
  /** At once, unless the endpoint does it in a commit of its own. */
  readonly spend?: Attempt['spend']
}

export async function authenticateClient(
  presented: Presented,
  circumstances: Circumstances,
): Promise<Decision<AuthenticatedClient>> {
  const { registry, trail } = circumstances
  const [method = none, ...more] = withCredentials.filter(({ used }) => used(presented))
  if (more.length > 0) return trail.refused(refuse('client_authentication_several'))
  const credentials = method.read(presented)
  if (!credentials.ok) return trail.refused(credentials)

  const { clientId, secret } = credentials.value
  trail.concerns({ client: clientId })
  const record = await registry.client(clientId)
  const client = record && clientFrom(record)
  const decision = await examine(client, { method, credentials: credentials.value }, circumstances)
  const guess = secret === undefined ? undefined : { clientId, secret, remoteAddress: presented.remoteAddress }
  // With no turn between: a right secret among many guesses must not overtake those that are to be counted.
  const outcome = (guess && slowDown(guess, decision, circumstances)) ?? decision
  // A known client was at hand; an unknown one was looked for in the database, and the time must not tell them apart.
  if (!outcome.ok && client !== undefined) await registry.client(nobodysId)
  return outcome
}

/** Asked only now, and answered whatever the secret was: of many guesses at once none is told that it was right. */
function slowDown(guess: Guess, decision: Decision<unknown>, { issuer, now, trail }: Circumstances) {
  const guesses = guessesAt(issuer)
  const wait = guesses.wait(guess, now)
  if (wait > 0) return trail.refused(refuse('client_slowed_down', { retryAfter: wait }))
  if (!decision.ok && !isAboutProven(decision.reason)) guesses.count(guess, now)
  return undefined
}

/** No client can have it: what has no client_id is refused before. */
const nobodysId = ''

interface Offered {
  readonly method: Method
  readonly credentials: Credentials
}

/** The only maker of an `AuthenticatedClient`. */
async function examine(
  client: Client | undefined,
  { method, credentials: { prove } }: Offered,
  { issuer, now, trail, spend = async (write) => (await issuer.store.commit([write])).committed }: Circumstances,
): Promise<Decision<AuthenticatedClient>> {
  const unregistered = trail.apply(registrationRules, { client, method, settings: issuer.settings })
  if (client === undefined || unregistered !== undefined) {
    // An unknown client costs the same work as a known one, and gets the same answer.
    await prove({ client: undefined, issuer, now, trail: createTrail(), spend })
    return unregistered ?? refuse('client_unknown')
  }
  const refused = (await prove({ client, issuer, now, trail, spend })) ?? trail.apply(standingRules, client)
  return refused ?? allow(client as AuthenticatedClient)
}
