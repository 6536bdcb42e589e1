/**
 * What is to be corrected when somebody signs in or makes an account: one table of the field that it is about and the
 * words for it. It is said first, and leads to its field.
 *
 * @see WCAG 2.2: 3.3.1, 3.3.3
 */
import type { SignInProblem, SignUpProblem } from '@symbolon/protocol/views'
import { type Child, type Html, html } from '../html.ts'
import type { Pen } from '../page.ts'

type Problem = SignInProblem | SignUpProblem

/** The links are written out, so that no value ever becomes an address here. */
const links = {
  login: (text: Child) => html`<a href="#login">${text}</a>`,
  username: (text: Child) => html`<a href="#username">${text}</a>`,
  email: (text: Child) => html`<a href="#email">${text}</a>`,
  password: (text: Child) => html`<a href="#password">${text}</a>`,
} as const

export type Field = keyof typeof links

interface Told {
  readonly seconds: number
  readonly shortestPassword: number
}

type Row = readonly [field: Field | undefined, says: (pen: Pen, told: Told) => Child]

const rows: Readonly<Record<Problem['kind'], Row>> = {
  // A wrong pair is about both, and the password is what was emptied.
  wrong: ['password', ({ words }) => words.problems.wrong],
  'login-missing': ['login', ({ words }) => words.problems.loginMissing],
  'password-missing': ['password', ({ words }) => words.problems.passwordMissing],
  'account-disabled': [undefined, ({ words, frame }) => words.problems.disabled(html`<bdi>${frame.issuerName}</bdi>`)],
  'username-missing': ['username', ({ words }) => words.problems.usernameMissing],
  'username-wrong': ['username', ({ words }) => words.problems.usernameWrong],
  'username-taken': ['username', ({ words }) => words.problems.usernameTaken],
  'email-wrong': ['email', ({ words }) => words.problems.emailWrong],
  'password-short': ['password', ({ words }, told) => words.problems.passwordShort(told.shortestPassword)],
  'password-long': ['password', ({ words }) => words.problems.passwordLong],
  'password-guessable': ['password', ({ words }) => words.problems.passwordGuessable],
  'not-from-here': [undefined, ({ words }) => words.problems.notFromHere],
  'slowed-down': [undefined, ({ words, formats }, told) => words.problems.slowedDown(formats.wait(told.seconds))],
}

export interface Correction {
  /** For above the form; the script brings the reader there. */
  readonly summary: Html | undefined
  /** What the field's own tag says: that it is the one, and the ids of what is to be read with it. */
  readonly mark: (field: Field, hint?: string) => Html
}

export function correction(problem: Problem | undefined, pen: Pen, shortestPassword = 0): Correction {
  const [wrong, says] = problem ? rows[problem.kind] : []
  const seconds = problem?.kind === 'slowed-down' ? problem.seconds : 0
  const text = says?.(pen, { seconds, shortestPassword })
  return {
    summary:
      text === undefined
        ? undefined
        : html`<div class="problem" id="problem" role="alert" tabindex="-1" data-focus>${wrong ? links[wrong](text) : text}</div>`,
    mark: (field, hint) => {
      const by = [wrong === field ? 'problem' : undefined, hint].filter((id) => id !== undefined)
      return html`${wrong === field && html` aria-invalid="true"`}${by.length > 0 && html` aria-describedby="${by.join(' ')}"`}`
    },
  }
}
