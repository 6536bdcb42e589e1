/** One good record of each kind, for tests to change one thing in. Times are round so that they are told apart. */
import type {
  AccessTokenRecord,
  ClientRecord,
  CodeRecord,
  ConsentRecord,
  GrantRecord,
  InteractionOutcomeRecord,
  InvitationRecord,
  LogoutDeliveryRecord,
  PersonRecord,
  RefreshTokenRecord,
  RegistrationRecord,
  ResourceRecord,
  SessionRecord,
  SigningKeyRecord,
} from '@symbolon/authorization-server/ports/records'
import type { FlowBatch, FlowTrack } from '@symbolon/authorization-server/ports/store'
import type { FlowEvent } from '@symbolon/protocol/trace'

export const now = 1_000

export const client: ClientRecord = {
  clientId: 'print-shop',
  metadata: { client_name: 'Print "Shop" \u2028 ☕', redirect_uris: ['https://shop.example/callback'], contacts: [] },
  secrets: [
    { hash: 'secret-hash', expiresAt: null },
    { hash: 'old-secret-hash', expiresAt: 2_000 },
  ],
  disabled: false,
  declared: true,
  createdAt: 100,
  updatedAt: 200,
}

export const registration: RegistrationRecord = {
  clientId: 'print-shop',
  tokenHash: 'registration-token-hash',
  version: 0,
  dueAt: 3_000,
}

export const invitation: InvitationRecord = {
  tokenHash: 'invitation-hash',
  note: 'For the print shop ☕',
  createdAt: 1_000,
  expiresAt: 2_000,
  most: 2,
  used: 0,
}

export const resource: ResourceRecord = {
  resource: 'https://photos.example/',
  name: 'Photos',
  tokenFormat: 'opaque',
  tokenLifetime: 300,
  signingAlgorithm: 'ES256',
  scopes: [
    {
      scope: 'photos.read',
      title: { en: 'See your photos', de: 'Deine Fotos ansehen' },
      detail: {},
      risk: 'low',
      optional: true,
    },
  ],
  declared: false,
}

export const person: PersonRecord = {
  personId: 'alice-id',
  username: 'Alice',
  email: 'Alice@Example.org',
  passwordHash: '$argon2id$hash',
  claims: {
    name: 'Alice Ünïcode 🦊',
    address: { locality: 'Ulm' },
    email_verified: true,
    updated_at: 5,
    zoneinfo: null,
  },
  disabled: false,
  declared: false,
  createdAt: 100,
  updatedAt: 200,
}

export const session: SessionRecord = {
  sessionId: 'session-1',
  browserHash: 'browser-1',
  personId: 'alice-id',
  authTime: 500,
  amr: ['pwd'],
  userAgent: 'Mozilla/5.0',
  createdAt: 500,
  lastSeenAt: 600,
  expiresAt: 5_000,
  endedAt: null,
}

export const logout: LogoutDeliveryRecord = {
  sessionId: 'session-1',
  clientId: 'print-shop',
  personId: 'alice-id',
  flow: '8S1K-42QD',
  createdAt: now,
  attempts: 0,
  dueAt: now,
  failedAt: null,
  problem: null,
  expiresAt: 9_000,
  unreviewed: false,
}

export const consent: ConsentRecord = {
  personId: 'alice-id',
  clientId: 'print-shop',
  scope: ['openid', 'photos.read'],
  resources: ['https://photos.example/'],
  shown: { name: 'Print Shop', host: 'shop.example' },
  createdAt: 700,
  updatedAt: 800,
}

export const outcome: InteractionOutcomeRecord = {
  interactionHash: 'interaction-1',
  sealed: 'sealed',
  expiresAt: 4_000,
}

export const code: CodeRecord = {
  codeHash: 'code-1',
  grantId: 'grant-1',
  flow: '8S1K-42QD',
  clientId: 'print-shop',
  personId: 'alice-id',
  sessionId: 'session-1',
  redirectUri: 'https://shop.example/callback',
  redirectUriSent: true,
  codeChallenge: 'challenge',
  scope: ['openid'],
  resources: [],
  nonce: 'nonce',
  claims: { userinfo: { name: null }, idToken: { email: ['alice@example.com'] } },
  authTime: 500,
  amr: ['pwd', 'otp'],
  createdAt: 900,
  expiresAt: 1_060,
  redeemedAt: null,
}

export const grant: GrantRecord = {
  grantId: 'grant-1',
  flow: '8S1K-42QD',
  clientId: 'print-shop',
  personId: 'alice-id',
  sessionId: 'session-1',
  scope: ['openid', 'photos.read'],
  resources: ['https://photos.example/'],
  nonce: null,
  claims: { userinfo: { name: null, 'hostile \u0000': null }, idToken: {} },
  authTime: 500,
  amr: ['pwd'],
  createdAt: 1_000,
  lastUsedAt: 1_000,
  expiresAt: 9_000,
  revokedAt: null,
}

export const refreshToken: RefreshTokenRecord = {
  tokenHash: 'refresh-1',
  grantId: 'grant-1',
  clientId: 'print-shop',
  createdAt: 1_000,
  expiresAt: 8_000,
  rotatedAt: null,
  successor: null,
}

export const accessToken: AccessTokenRecord = {
  tokenHash: 'access-1',
  grantId: 'grant-1',
  clientId: 'print-shop',
  personId: 'alice-id',
  scope: ['photos.read'],
  audience: ['https://photos.example/'],
  issuedAt: 1_000,
  expiresAt: 1_600,
}

export const key: SigningKeyRecord = {
  kid: 'key-1',
  algorithm: 'ES256',
  publicJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
  sealedPrivate: 'sealed-key',
  createdAt: 100,
  activeAt: 700,
  retiredAt: null,
  removedAt: null,
}

export const event: FlowEvent = {
  v: 1,
  id: 'event-1',
  flow: '8S1K-42QD',
  at: 1_763_600_000_000,
  took: 12,
  source: 'authorization-server',
  from: 'client',
  to: 'authorization-server',
  step: 4,
  band: 'token',
  what: 'POST /token',
  status: 200,
  params: { grant_type: { clear: 'authorization_code' }, code: { digest: 'd', length: 43 } },
  result: {},
  checks: [],
  outcome: 'ok',
  reason: undefined,
  expected: undefined,
  got: undefined,
  client: 'print-shop',
  person: undefined,
  grant: 'grant-1',
}

let batches = 0

/** Each later than the one before. */
export const batch = (events: readonly FlowEvent[], track: FlowTrack = 'people'): FlowBatch => ({
  id: String(batches++).padStart(9, '0'),
  track,
  events,
})
