/**
 * The main flow of OAuth as data: seven steps, four roles, and what each role does at each step.
 *
 * The recorder, the documentation and a test read this table; every cell is a file of that name in that
 * role's `src/flow/`, so the same number stands at both ends of a message.
 *
 * @see RFC 6749 §1.1 (roles) and §4.1 (the authorization code flow)
 */
export type Role = 'resource-owner' | 'client' | 'authorization-server' | 'resource-server'

export type StepNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7

export interface Step {
  readonly number: StepNumber
  readonly name: string
  readonly from: Role
  readonly to: Role
  /** Whether the message travels through the person's browser or directly between servers. */
  readonly channel: 'front' | 'back'
  readonly summary: string
  /** What each role does here; a role without a part has no file. */
  readonly parts: Partial<Record<Role, 'builds' | 'decides' | 'mints' | 'pages' | 'understands' | 'validates'>>
}

export const steps = [
  {
    number: 1,
    name: 'authorization request',
    from: 'client',
    to: 'authorization-server',
    channel: 'front',
    summary: 'The client sends the person to the authorization server and says what it would like to do.',
    parts: { client: 'builds', 'authorization-server': 'decides' },
  },
  {
    number: 2,
    name: 'user authorization',
    from: 'resource-owner',
    to: 'authorization-server',
    channel: 'front',
    summary: 'The person signs in, sees who asks for what, and allows it or does not.',
    parts: { 'resource-owner': 'pages', 'authorization-server': 'decides' },
  },
  {
    number: 3,
    name: 'authorization response',
    from: 'authorization-server',
    to: 'client',
    channel: 'front',
    summary: 'The browser carries a code, good once and for a minute, back to the client.',
    parts: { client: 'validates', 'authorization-server': 'builds' },
  },
  {
    number: 4,
    name: 'token request',
    from: 'client',
    to: 'authorization-server',
    channel: 'back',
    summary: 'The client proves who it is and that it started this flow, and hands in the code.',
    parts: { client: 'builds', 'authorization-server': 'decides' },
  },
  {
    number: 5,
    name: 'token response',
    from: 'authorization-server',
    to: 'client',
    channel: 'back',
    summary: 'The authorization server gives an access token for exactly what was allowed.',
    parts: { client: 'validates', 'authorization-server': 'mints' },
  },
  {
    number: 6,
    name: 'resource request',
    from: 'client',
    to: 'resource-server',
    channel: 'back',
    summary: 'The client asks the resource server for the resource and shows the access token.',
    parts: { client: 'builds', 'resource-server': 'decides' },
  },
  {
    number: 7,
    name: 'resource response',
    from: 'resource-server',
    to: 'client',
    channel: 'back',
    summary: 'The resource server checks the token and its scope, then delivers or says what is missing.',
    parts: { client: 'understands', 'resource-server': 'builds' },
  },
] as const satisfies readonly Step[]

/** The file that holds a step's part, in every role that has one: `4-token-request.ts`. */
export const fileOf = (step: Step): string => `${step.number}-${step.name.replaceAll(' ', '-')}.ts`
