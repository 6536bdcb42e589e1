/**
 * What a person is shown, as data. The authorization server says which view and what is in it; the resource owner's
 * package draws it. A view holds values as they are; the drawing escapes them. Times are epoch seconds.
 */
import type { Reason } from './refusals.ts'

/** What stands around every page. */
export interface Frame {
  /** What people call this place: "Example". */
  readonly issuerName: string
  /** `https://id.example.com`, without a trailing slash; links and form actions are paths below it. */
  readonly issuerUrl: string
  readonly locale: string
  /** The flow's reference, in the footer: `8S1K-42QD`. */
  readonly flow: string
  /** Path and query of this page, for the language form. */
  readonly here: string
  readonly development: boolean
  /** Where people get help, if the deployment has such a page. */
  readonly help?: string | undefined
}

/** The app that asks. */
export interface ClientView {
  readonly id: string
  readonly name: string
  /** Verified fact: the host of its redirect address or `client_uri`. */
  readonly host: string
  /** How we know it. */
  readonly origin: 'first-party' | 'administrator' | 'unreviewed'
  readonly registeredAt: number
  /** Its picture: of an app that nobody reviewed only from a host that its answers go to, as are the pages. */
  readonly logoUri?: string | undefined
  readonly policyUri: string | undefined
  readonly tosUri: string | undefined
}

export interface PersonView {
  readonly name: string
  /** Email or username: what they know themselves by. */
  readonly login: string
}

/**
 * A form of an interaction posts to `action` and carries `csrf`. Beside it the forms send:
 * - sign-in: `login`, `password`, `keep` (`yes` when ticked)
 * - sign-up: `username`, `email`, `password`
 * - choose-account: `session`, one of the accounts', or `other`
 * - consent: `decision` (`allow` or `deny`), and `scope` once for each ticked permission
 * - sign-out: `decision` (`sign-out` or `stay`), and the view's `fields`
 *
 * The account pages post, with `csrf`: to `/account/sessions` `end` (a session's id, or `others`); to
 * `/account/apps/<client>` `remove` (`app`, or `permission` with its `scope`). `GET /account/apps/<client>?remove=…`
 * asks before, and `GET /account?session=…` goes to another signed-in person. Signing out is `GET /logout`, which asks.
 */
export interface FormView {
  readonly action: string
  readonly csrf: string
}

export type View =
  | HomeView
  | SignInView
  | SignUpView
  | ChooseAccountView
  | ConsentView
  | HandoffView
  | FormPostView
  | NoticeView
  | SignOutView
  | SignedOutView
  | AccountView
  | SessionsView
  | AppsView
  | AppView
  | ErrorView

/** The issuer's own front page: what this is, and the way to the account. */
export interface HomeView {
  readonly show: 'home'
  readonly person: PersonView | undefined
}

export interface SignInView extends FormView {
  readonly show: 'sign-in'
  /** `undefined` when the person signs in to their own account page. */
  readonly client: ClientView | undefined
  readonly login: string
  /** The login can't be changed: the app asks for a fresh sign-in of this person. */
  readonly confirm: boolean
  readonly keepDays: number
  readonly keep: boolean
  readonly problem: SignInProblem | undefined
  /** Where another signed-in account can be chosen, if there is one. */
  readonly chooseAccount: string | undefined
  /** Where an account can be made, if it can. */
  readonly signUp?: string | undefined
}

export type SignInProblem =
  | { readonly kind: 'wrong' | 'login-missing' | 'password-missing' | 'not-from-here' | 'account-disabled' }
  | { readonly kind: 'slowed-down'; readonly seconds: number }

/** Making an account: for somebody who has none, on their way to an app. */
export interface SignUpView extends FormView {
  readonly show: 'sign-up'
  readonly client: ClientView
  readonly username: string
  readonly email: string
  readonly shortestPassword: number
  readonly problem: SignUpProblem | undefined
  /** For somebody who has an account after all. */
  readonly signIn: string
}

export type SignUpProblem =
  | {
      readonly kind:
        | 'username-missing'
        | 'username-wrong'
        | 'username-taken'
        | 'email-wrong'
        | 'password-short'
        | 'password-long'
        | 'password-guessable'
        | 'not-from-here'
    }
  | { readonly kind: 'slowed-down'; readonly seconds: number }

export interface ChooseAccountView extends FormView {
  readonly show: 'choose-account'
  readonly client: ClientView | undefined
  readonly accounts: readonly (PersonView & { readonly session: string; readonly fresh: boolean })[]
}

export interface ConsentView extends FormView {
  readonly show: 'consent'
  readonly client: ClientView
  readonly person: PersonView
  readonly useAnotherAccount: string
  /** Grouped by who holds the data: first the account itself, then each resource. */
  readonly groups: readonly PermissionGroup[]
  /** Set when the client asks to keep access while the person is away. */
  readonly offline: (PermissionChoice & { readonly days: number; readonly otherwiseMinutes: number }) | undefined
  /** Where the browser goes afterwards. */
  readonly destination: { readonly kind: 'web' | 'app' | 'this-computer'; readonly host: string }
  /** The client's name or address changed since the person last allowed it. */
  readonly changed: boolean
}

export interface PermissionGroup {
  /** The resource's name, or `undefined` for the account's own data. */
  readonly resource: { readonly name: string; readonly id: string } | undefined
  readonly permissions: readonly PermissionView[]
}

export interface PermissionChoice {
  readonly scope: string
  readonly state: 'new' | 'already-allowed'
  /** `undefined` when it can't be unticked. */
  readonly optional: boolean
  readonly ticked: boolean
}

export interface PermissionView extends PermissionChoice {
  /** The one claim that this is about, when it is not a scope. */
  readonly claim?: string | undefined
  /** `undefined` for OpenID scopes, whose words the pages know, and for scopes without words. */
  readonly title: string | undefined
  readonly detail: string | undefined
  readonly risk: 'low' | 'normal' | 'high'
  /** The real values that will be shared: `ada@example.com`, each with the claim that it is. */
  readonly values: readonly { readonly claim: string; readonly value: string }[]
}

/** The way back to the client, as a page: a redirect after a form would be stopped by `form-action`. */
export interface HandoffView {
  readonly show: 'handoff'
  readonly client: ClientView
  readonly location: string
  readonly kind: 'web' | 'app' | 'this-computer'
}

/** `response_mode=form_post`: the browser posts the response to the client. */
export interface FormPostView {
  readonly show: 'form-post'
  readonly client: ClientView
  readonly action: string
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** Never a dead end: what happened, and the one thing to do next. */
export interface NoticeView {
  readonly show: 'notice'
  readonly notice: 'finished-elsewhere' | 'expired' | 'cookies-blocked'
  readonly client: ClientView | undefined
  /** "Continue to Acme Notes", "Start again": a path of ours. */
  readonly next: string | undefined
}

export interface SignOutView extends FormView {
  readonly show: 'sign-out'
  readonly client: ClientView | undefined
  /** Whose sessions would end. */
  readonly people: readonly PersonView[]
  /** Who stays signed in in this browser. */
  readonly staying: readonly PersonView[]
  /** The app asked in a way that can't be believed: it will not get the person back. */
  readonly unproven: boolean
  readonly fields: readonly (readonly [name: string, value: string])[]
}

export interface SignedOutView {
  readonly show: 'signed-out'
  readonly client: ClientView | undefined
  /** Back to the app, if the address is registered. */
  readonly next: string | undefined
  readonly staying: readonly PersonView[]
  /** Addresses of apps that hear of it in a frame; the page goes on to `next` when they are loaded, or soon. */
  readonly frames: readonly string[]
}

/** The account pages: what is signed in where, and who may do what. */
export interface AccountFrame {
  readonly person: PersonView
  readonly csrf: string
  /** Said once at the top after a change: a status message. */
  readonly done: 'app-removed' | 'permission-removed' | 'session-ended' | 'other-sessions-ended' | undefined
  /** Others signed in in this browser. */
  readonly others: readonly (PersonView & { readonly session: string })[]
}

export interface AccountView extends AccountFrame {
  readonly show: 'account'
  readonly values: readonly { readonly claim: string; readonly value: string; readonly sharedWith: readonly string[] }[]
  readonly lastSignIn: number
  readonly sessions: number
  readonly apps: readonly AppSummary[]
}

export interface SessionsView extends AccountFrame {
  readonly show: 'sessions'
  readonly sessions: readonly {
    readonly id: string
    readonly thisBrowser: boolean
    readonly current: boolean
    readonly userAgent: string
    readonly signedInAt: number
    readonly lastSeenAt: number
    readonly expiresAt: number
    readonly amr: readonly string[]
    readonly apps: readonly string[]
  }[]
}

export interface AppSummary {
  readonly client: ClientView
  readonly allowedAt: number
  readonly lastUsedAt: number | undefined
}

export interface AppsView extends AccountFrame {
  readonly show: 'apps'
  readonly apps: readonly (AppSummary & { readonly groups: readonly PermissionGroup[] })[]
}

export interface AppView extends AccountFrame, AppSummary {
  readonly show: 'app'
  readonly groups: readonly PermissionGroup[]
  readonly offline: boolean
  /** Keys the app holds: until when it can renew, and when the last access token it may hold is over. */
  readonly renewsUntil: number | undefined
  readonly accessUntil: number | undefined
  /** Asked for before removing: the whole app, or one permission. */
  readonly confirm: 'app' | { readonly scope: string } | undefined
}

export interface ErrorView {
  readonly show: 'error'
  readonly reason: Reason
  readonly status: number
  readonly client: ClientView | undefined
  readonly at: number
  /** Shown to developers only in development. */
  readonly expected: string | undefined
  readonly got: string | undefined
  readonly retryAfter: number | undefined
  /** A page where the person can go on, if there is one. */
  readonly next: string | undefined
}
