/** One of every page, and of every state that looks different. */
import { refusals } from '@symbolon/protocol/refusals'
import type {
  AccountFrame,
  AppView,
  ClientView,
  ConsentView,
  ErrorView,
  Frame,
  PermissionGroup,
  PermissionView,
  SignInView,
  SignUpView,
  View,
} from '@symbolon/protocol/views'

export const frame: Frame = {
  issuerName: 'Example',
  issuerUrl: 'https://id.example.com',
  locale: 'en',
  flow: '8S1K-42QD',
  here: '/i/abc/consent?client_id=acme',
  development: false,
}

const at = Date.UTC(2026, 10, 20, 14, 2) / 1000
const day = 86_400

export const acme: ClientView = {
  id: 'acme/notes',
  name: 'Acme Notes',
  host: 'acme-notes.example',
  origin: 'administrator',
  registeredAt: Date.UTC(2026, 2, 3) / 1000,
  policyUri: 'https://acme-notes.example/privacy',
  tosUri: 'https://acme-notes.example/terms',
}

/** With a picture of its own, which comes. */
const pictured: ClientView = { ...acme, logoUri: 'https://acme-notes.example/logo.svg' }

/** Its picture never comes. */
const unpictured: ClientView = { ...acme, logoUri: 'https://acme-notes.example/no-picture' }

const printer: ClientView = {
  ...acme,
  id: 'print-shop',
  name: 'Lovelace & Daughters Fine Art Printing Company',
  host: 'prints.lovelace-and-daughters.example',
  origin: 'unreviewed',
  tosUri: undefined,
}

/** A name as long as nobody reads it, without a place to break it. */
const endless: ClientView = {
  ...pictured,
  name: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenhersteller'.repeat(2),
  host: `${'a-name-that-goes-on'.repeat(3)}.${'and-on'.repeat(6)}.example`,
}

/** It runs from right to left, and holds what does not. */
const arabic: ClientView = { ...acme, name: 'تطبيق الملاحظات (Acme) 123!' }

const own: ClientView = { ...acme, id: 'cli', name: 'Example CLI', host: 'example.com', origin: 'first-party' }

export const ada = { name: 'Ada Lovelace', login: 'ada@example.com' }
const grace = { name: 'Grace Hopper', login: 'grace.brewster.murray.hopper@navy.example' }

const permission = (scope: string, and: Partial<PermissionView> = {}): PermissionView => ({
  scope,
  state: 'new',
  optional: false,
  ticked: true,
  title: undefined,
  detail: undefined,
  risk: 'normal',
  values: [],
  ...and,
})

const identity: PermissionGroup = {
  resource: undefined,
  permissions: [
    permission('openid'),
    permission('profile', {
      values: [
        { claim: 'name', value: 'Ada Lovelace' },
        { claim: 'nickname', value: 'ada' },
      ],
      optional: true,
    }),
    permission('email', { values: [{ claim: 'email', value: 'ada@example.com' }], optional: true }),
    permission('phone', { optional: true, ticked: false }),
  ],
}

const photos: PermissionGroup = {
  resource: { name: 'Photo library', id: 'https://photos.example.com/api' },
  permissions: [
    permission('photos.read', {
      title: 'See your photos',
      detail: 'Titles, thumbnails and the pictures themselves. It can’t change them.',
      state: 'already-allowed',
    }),
    permission('photos.write', { title: 'Add photos', detail: 'Put new pictures into your library.', optional: true }),
    permission('photos.delete', {
      title: 'Delete photos',
      detail: 'Deleted pictures can’t be brought back.',
      risk: 'high',
      optional: true,
      ticked: false,
    }),
    permission('files.admin', { optional: true, ticked: false }),
  ],
}

const form = { csrf: 'c5rf' }

const signIn: SignInView = {
  show: 'sign-in',
  action: '/i/abc/sign-in',
  ...form,
  client: acme,
  login: '',
  confirm: false,
  keepDays: 30,
  keep: false,
  problem: undefined,
  chooseAccount: undefined,
}

const signUp: SignUpView = {
  show: 'sign-up',
  action: '/i/abc/sign-up',
  ...form,
  client: pictured,
  username: '',
  email: '',
  shortestPassword: 12,
  problem: undefined,
  signIn: '/i/abc/sign-in',
}

const consent: ConsentView = {
  show: 'consent',
  action: '/i/abc/consent',
  ...form,
  client: pictured,
  person: ada,
  useAnotherAccount: '/i/abc/account',
  groups: [identity, photos],
  offline: { scope: 'offline_access', state: 'new', optional: true, ticked: false, days: 30, otherwiseMinutes: 60 },
  destination: { kind: 'web', host: 'acme-notes.example' },
  changed: false,
}

const accountFrame: AccountFrame = { person: ada, csrf: 'c5rf', done: undefined, others: [] }

const app: AppView = {
  show: 'app',
  ...accountFrame,
  client: acme,
  allowedAt: at - 90 * day,
  lastUsedAt: at - day,
  groups: [identity, photos],
  offline: true,
  renewsUntil: at + 30 * day,
  accessUntil: at + 1800,
  confirm: undefined,
}

const problem: ErrorView = {
  show: 'error',
  reason: 'redirect_uri_not_registered',
  status: 400,
  client: acme,
  at,
  expected: 'https://acme-notes.example/callback https://acme-notes.example/other',
  got: 'https://acme-notes.example/callback/',
  retryAfter: undefined,
  next: undefined,
}

const signInProblems = ['login-missing', 'password-missing', 'not-from-here', 'account-disabled'] as const

const signUpProblems = [
  'username-missing',
  'username-wrong',
  'email-wrong',
  'password-short',
  'password-long',
  'password-guessable',
  'not-from-here',
] as const

/** Every view once; the pages that are looked at in every combination. */
export const views: Readonly<Record<string, View>> = {
  home: { show: 'home', person: undefined },
  'sign-in': signIn,
  'sign-in-wrong': { ...signIn, login: 'ada@example.com', problem: { kind: 'wrong' } },
  'sign-in-unreviewed': { ...signIn, client: printer },
  'sign-in-confirm': {
    ...signIn,
    client: printer,
    login: 'ada@example.com',
    confirm: true,
    chooseAccount: '/i/abc/account',
  },
  'sign-up': signUp,
  'sign-up-taken': { ...signUp, username: 'ada', email: 'ada@example.com', problem: { kind: 'username-taken' } },
  'choose-account': {
    show: 'choose-account',
    action: '/i/abc/account',
    ...form,
    client: unpictured,
    accounts: [
      { ...ada, session: 's1', fresh: true },
      { ...grace, session: 's2', fresh: false },
    ],
  },
  consent,
  'consent-plain': {
    ...consent,
    client: { ...acme, name: 'Print Shop', host: 'localhost:4200' },
    groups: [
      {
        resource: undefined,
        permissions: [
          permission('openid'),
          permission('email', { values: [{ claim: 'email', value: 'ada@example.com' }] }),
        ],
      },
      {
        resource: { name: 'Photo library', id: 'http://localhost:4100' },
        permissions: [permission('photos.read', { title: 'See your photos', detail: 'Thumbnails and originals.' })],
      },
    ],
    offline: undefined,
  },
  'consent-unreviewed': {
    ...consent,
    client: printer,
    person: grace,
    changed: true,
    offline: { scope: 'offline_access', state: 'new', optional: false, ticked: true, days: 1, otherwiseMinutes: 10 },
    destination: { kind: 'this-computer', host: '127.0.0.1:51432' },
  },
  'consent-endless': {
    ...consent,
    client: endless,
    person: { name: 'ا'.repeat(60), login: `${'x'.repeat(64)}@example.com` },
    groups: [
      {
        resource: undefined,
        permissions: [
          permission('profile', {
            values: [
              { claim: 'name', value: 'Ada Lovelace' },
              { claim: 'website', value: 'https://ada.example' },
              { claim: 'birthdate', value: '1815-12-10' },
            ],
          }),
        ],
      },
      {
        resource: { name: 'Resource'.repeat(12), id: `https://photos.example.com/${'a'.repeat(120)}` },
        permissions: [
          permission(`urn:${'scope'.repeat(24)}`, { optional: true }),
          permission('photos.read', { title: 'x'.repeat(100), detail: 'y'.repeat(100), risk: 'high' }),
          permission('"website"', { claim: 'website', values: [{ claim: 'website', value: 'w'.repeat(120) }] }),
        ],
      },
    ],
    destination: { kind: 'web', host: endless.host },
  },
  'sign-in-arabic': { ...signIn, client: arabic },
  handoff: {
    show: 'handoff',
    client: acme,
    location: 'https://acme-notes.example/callback?code=c&state=s',
    kind: 'web',
  },
  'handoff-app': { show: 'handoff', client: acme, location: 'com.acme.notes:/callback?code=c', kind: 'app' },
  'form-post': {
    show: 'form-post',
    client: acme,
    action: 'https://acme-notes.example/callback',
    fields: [
      ['code', 'c'],
      ['state', '"><script>alert(1)</script>'],
    ],
  },
  'notice-elsewhere': { show: 'notice', notice: 'finished-elsewhere', client: acme, next: '/i/abc/continue' },
  'notice-expired': { show: 'notice', notice: 'expired', client: acme, next: '/i/abc/restart' },
  'notice-cookies': { show: 'notice', notice: 'cookies-blocked', client: undefined, next: undefined },
  'sign-out': {
    show: 'sign-out',
    action: '/logout',
    ...form,
    client: acme,
    people: [ada],
    staying: [grace],
    unproven: false,
    fields: [['post_logout_redirect_uri', 'https://acme-notes.example/']],
  },
  'sign-out-unproven': {
    show: 'sign-out',
    action: '/logout',
    ...form,
    client: undefined,
    people: [ada, grace],
    staying: [],
    unproven: true,
    fields: [],
  },
  'signed-out': { show: 'signed-out', client: acme, next: 'https://acme-notes.example/', staying: [], frames: [] },
  'signed-out-telling': {
    show: 'signed-out',
    client: acme,
    next: 'https://acme-notes.example/',
    staying: [grace],
    frames: ['https://acme-notes.example/gone?iss=i&sid=s', 'https://acme-notes.example/logout?sid="><b>'],
  },
  'signed-out-here': {
    show: 'signed-out',
    client: undefined,
    next: undefined,
    staying: [],
    frames: ['https://acme-notes.example/gone?iss=i&sid=s'],
  },
  account: {
    show: 'account',
    ...accountFrame,
    others: [{ ...grace, session: 's2' }],
    values: [
      { claim: 'name', value: 'Ada Lovelace', sharedWith: ['Acme Notes', printer.name] },
      { claim: 'email', value: 'ada@example.com', sharedWith: ['Acme Notes'] },
      { claim: 'favourite_number', value: '42', sharedWith: [] },
    ],
    lastSignIn: at,
    sessions: 2,
    apps: [
      { client: acme, allowedAt: at - 90 * day, lastUsedAt: at },
      { client: printer, allowedAt: at, lastUsedAt: undefined },
    ],
  },
  sessions: {
    show: 'sessions',
    ...accountFrame,
    done: 'session-ended',
    sessions: [
      {
        id: 'd1',
        thisBrowser: true,
        current: true,
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
        signedInAt: at - day,
        lastSeenAt: at,
        expiresAt: at + 30 * day,
        amr: ['pwd'],
        apps: ['Acme Notes', 'Example CLI'],
      },
      {
        id: 'd2',
        thisBrowser: false,
        current: false,
        userAgent:
          'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
        signedInAt: at - 3 * day,
        lastSeenAt: at - 2 * day,
        expiresAt: at + 27 * day,
        amr: ['pwd', 'otp', 'mfa'],
        apps: [],
      },
      {
        id: 'd3',
        thisBrowser: false,
        current: false,
        userAgent: '',
        signedInAt: at - 4 * day,
        lastSeenAt: at - 4 * day,
        expiresAt: at + 26 * day,
        amr: ['hwk', 'face'],
        apps: [],
      },
    ],
  },
  apps: {
    show: 'apps',
    ...accountFrame,
    apps: [
      { client: acme, allowedAt: at - 90 * day, lastUsedAt: at, groups: [identity, photos] },
      { client: printer, allowedAt: at, lastUsedAt: undefined, groups: [photos] },
      { client: own, allowedAt: at, lastUsedAt: at, groups: [] },
    ],
  },
  app,
  'app-remove': { ...app, confirm: 'app' },
  'app-remove-permission': { ...app, confirm: { scope: 'photos.read' } },
  error: problem,
  'error-app-request': { ...problem, reason: 'scope_unknown', got: undefined, expected: undefined },
  'error-missing': { ...problem, status: 404, reason: 'parameter_malformed', client: undefined },
}

/** The states that differ in words only. */
export const moreViews: Readonly<Record<string, View>> = {
  'home-signed-in': { show: 'home', person: ada },
  'sign-in-own': { ...signIn, client: undefined },
  'sign-in-confirm-own': { ...signIn, client: undefined, confirm: true, login: 'ada' },
  'sign-in-new': { ...signIn, signUp: '/i/abc/sign-up' },
  ...Object.fromEntries(signUpProblems.map((kind) => [`sign-up-${kind}`, { ...signUp, problem: { kind } }] as const)),
  'sign-up-slowed-down': { ...signUp, problem: { kind: 'slowed-down', seconds: 170 } },
  'sign-in-slowed-down': { ...signIn, problem: { kind: 'slowed-down', seconds: 170 } },
  ...Object.fromEntries(signInProblems.map((kind) => [`sign-in-${kind}`, { ...signIn, problem: { kind } }] as const)),
  'consent-claims': {
    ...consent,
    offline: undefined,
    groups: [
      {
        resource: undefined,
        permissions: [
          permission('openid'),
          permission('"name"', { claim: 'name', values: [{ claim: 'name', value: 'Ada Lovelace' }] }),
          permission('"email"', {
            claim: 'email',
            values: [{ claim: 'email', value: 'ada@example.com' }],
            optional: true,
          }),
          permission('"birthdate"', { claim: 'birthdate', optional: true }),
          permission('"updated_at"', { claim: 'updated_at', optional: true }),
        ],
      },
    ],
  },
  'consent-app': {
    ...consent,
    client: own,
    groups: [
      {
        resource: undefined,
        permissions: [
          permission('profile'),
          permission('address', { values: [{ claim: 'address', value: '12 St James’s Square' }] }),
        ],
      },
    ],
    destination: { kind: 'app', host: 'com.acme.notes' },
  },
  'handoff-computer': { show: 'handoff', client: acme, location: 'http://127.0.0.1:51432/', kind: 'this-computer' },
  'handoff-refused': { show: 'handoff', client: acme, location: 'javascript:alert(1)', kind: 'app' },
  'notice-elsewhere-nobody': { show: 'notice', notice: 'finished-elsewhere', client: undefined, next: '/account' },
  'notice-expired-nowhere': { show: 'notice', notice: 'expired', client: acme, next: undefined },
  'notice-cookies-next': { show: 'notice', notice: 'cookies-blocked', client: acme, next: '/i/abc/sign-in' },
  'signed-out-nobody': {
    show: 'signed-out',
    client: undefined,
    next: 'https://acme-notes.example/',
    staying: [],
    frames: [],
  },
  'account-empty': { show: 'account', ...accountFrame, values: [], lastSignIn: at, sessions: 1, apps: [] },
  'sessions-one': { show: 'sessions', ...accountFrame, done: 'other-sessions-ended', sessions: [] },
  'apps-none': { show: 'apps', ...accountFrame, done: 'app-removed', apps: [] },
  'app-short': {
    ...app,
    done: 'permission-removed',
    client: printer,
    offline: false,
    renewsUntil: undefined,
    accessUntil: undefined,
  },
  'app-remove-idle': { ...app, confirm: 'app', accessUntil: undefined },
  'app-remove-unknown': { ...app, confirm: { scope: 'no.such' } },
  ...Object.fromEntries(
    Object.keys(refusals).flatMap((name) => {
      const reason = name as keyof typeof refusals
      return [
        [`error ${reason}`, { ...problem, reason, client: undefined }] as const,
        [`error ${reason} of an app`, { ...problem, reason, retryAfter: 90, next: '/i/abc/sign-in' }] as const,
      ]
    }),
  ),
}
