/**
 * What the suite's own browser is to do on our pages, in its `browser` language: which address a task is for, and the
 * fields and buttons by their ids.
 *
 * A page goes on to the suite by itself where it has nothing to ask; `hand over` waits for that.
 */
import { password, people } from './people.ts'

/** A verb, how the element is found, the element, and what the verb needs. */
export type Command = readonly (string | number)[]

export interface Task {
  readonly task: string
  readonly match: string
  readonly optional?: true
  readonly commands?: readonly Command[]
}

export interface Script {
  readonly comment: string
  /** The address that the suite opens. */
  readonly match: string
  readonly tasks: readonly Task[]
}

const seconds = 10
const [{ username }] = people

/** Keeps the page as the proof that the module asks for, once its heading says this. */
const proof = (heading: string): Command => ['wait', 'css', 'h1', seconds, heading, 'update-image-placeholder']
const proofIfAsked = (heading: string): Command => [
  'wait',
  'css',
  'h1',
  seconds,
  heading,
  'update-image-placeholder-optional',
]

/** Headings of pages that are proofs, as people with an English browser read them. */
export const headings = {
  signIn: 'Sign in|Confirm it’s you',
  wrongAddress: 'We stopped before sending you on',
  signOut: 'Sign out of',
  signedOut: 'You’re signed out',
} as const

const signIn = (issuer: string, first: readonly Command[] = []): Task => ({
  task: 'Sign in',
  match: `${issuer}/i/*/sign-in*`,
  optional: true,
  commands: [
    ...first,
    // Somebody who is to sign in again can't change the name.
    ['text', 'css', '#login:not([readonly])', username, 'optional'],
    ['text', 'id', 'password', password],
    ['click', 'id', 'sign-in'],
  ],
})

const consent = (issuer: string): Task => ({
  task: 'Allow',
  match: `${issuer}/i/*/consent*`,
  optional: true,
  // Lasting access is a box to tick where nobody has looked at the app.
  commands: [
    ['click', 'css', 'input[value=offline_access]:not(:checked)', 'optional'],
    ['click', 'id', 'allow'],
  ],
})

const handOver = (issuer: string): Task => ({
  task: 'Hand over',
  match: `${issuer}/*`,
  optional: true,
  commands: [['wait', 'contains', '/test/', seconds]],
})

const arrive = (path: string): Task => ({
  task: 'Arrive',
  match: `*/test/*/${path}*`,
  commands: [['wait', 'id', 'submission_complete', seconds]],
})

const authorize = (issuer: string, first: readonly Command[] = []): Script => ({
  comment: 'Sign in and allow, whatever is asked',
  match: `${issuer}/authorize*`,
  tasks: [signIn(issuer, first), consent(issuer), handOver(issuer), arrive('callback')],
})

const signOut = (issuer: string): Script => ({
  comment: 'Sign out, and go back to the suite',
  match: `${issuer}/logout*`,
  tasks: [
    {
      task: 'Sign out',
      match: `${issuer}/logout*`,
      optional: true,
      commands: [['click', 'id', 'sign-out', 'optional']],
    },
    handOver(issuer),
    { task: 'Arrive', match: '*/test/*/post_logout_redirect*' },
  ],
})

/** Stays on the first page and keeps it as the proof. */
const staysAt = (match: string, comment: string, commands: readonly Command[]): Script => ({
  comment,
  match,
  tasks: [{ task: 'Keep the page', match: '*', commands }],
})

/** For every module that has none of its own below. */
export const scripts = (issuer: string): readonly Script[] => [authorize(issuer), signOut(issuer)]

type Overrides = Readonly<Record<string, { readonly browser: readonly Script[] }>>

const each = (modules: readonly string[], browser: readonly Script[]): Overrides =>
  Object.fromEntries(modules.map((module) => [`oidcc-${module}`, { browser }]))

const staysWithError = (issuer: string) => [
  staysAt(`${issuer}/authorize*`, 'An error at once', [proof(headings.wrongAddress)]),
]

/** The modules of all flows whose proof is a page. */
export const flowOverrides = (issuer: string): Overrides => ({
  ...each(['prompt-login', 'max-age-1'], [authorize(issuer, [proofIfAsked(headings.signIn)])]),
  ...each(['ensure-registered-redirect-uri'], staysWithError(issuer)),
})

/** Those that only clients have that register themselves. */
export const dynamicOverrides = (issuer: string): Overrides => ({
  ...each(
    ['ensure-redirect-uri-in-authorization-request', 'redirect-uri-query-added', 'redirect-uri-query-mismatch'],
    staysWithError(issuer),
  ),
  ...each(
    ['registration-logo-uri', 'registration-policy-uri', 'registration-tos-uri'],
    [staysAt(`${issuer}/authorize*`, 'The sign-in page', [proof(headings.signIn)])],
  ),
})

export const logoutOverrides = (issuer: string): Overrides => ({
  ...each(
    ['bad-post-logout-redirect-uri', 'query-added-to-post-logout-redirect-uri', 'no-id-token-hint']
      .concat('modified-id-token-hint', 'bad-id-token-hint')
      .map((name) => `rp-initiated-logout-${name}`),
    [authorize(issuer), staysAt(`${issuer}/logout*`, 'Asked before signing out', [proof(headings.signOut)])],
  ),
  ...each(
    ['no-params', 'no-post-logout-redirect-uri', 'only-state'].map((name) => `rp-initiated-logout-${name}`),
    [
      authorize(issuer),
      staysAt(`${issuer}/logout*`, 'Signed out, perhaps after being asked', [
        ['click', 'id', 'sign-out', 'optional'],
        proof(headings.signedOut),
      ]),
    ],
  ),
})
