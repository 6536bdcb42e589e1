/**
 * Who may register, and who may manage which registration: bearer tokens, kept as their hash, each good for one thing.
 *
 * @see RFC 7591 §1.3 and §3, RFC 7592 §2 and §5
 */
import { timingSafeEqual } from 'node:crypto'
import type { Rule } from '@symbolon/protocol/decision'
import { hashOf } from '../handles.ts'
import { networkOf } from '../people/throttle.ts'
import type { Issuer, Settings } from '../ports/issuer.ts'
import type { ClientRecord, InvitationRecord, RegistrationRecord, Seconds } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'

/** The token in the Authorization header. */
export const bearerIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +([\w\-.~+/]{1,512}=*)$/i.exec(authorization ?? '')?.[1]

const isSame = (token: string, hash: string): boolean => {
  const sent = Buffer.from(hashOf(token))
  const known = Buffer.from(hash)
  return sent.length === known.length && timingSafeEqual(sent, known)
}

export interface Registering {
  readonly settings: Settings
  readonly token: string | undefined
  /** What an administrator gave the token away as, unless the configuration has it. */
  readonly invitation: InvitationRecord | undefined
  readonly now: Seconds
}

const isOfConfiguration = (token: string, { registrationTokens }: Settings): boolean =>
  registrationTokens.some((hash) => isSame(token, hash))

/** Nothing is looked for where nobody may register, or where the configuration has the token. */
export const findInvitation = async (token: string | undefined, { settings, store }: Issuer) =>
  token === undefined || settings.registration === 'off' || isOfConfiguration(token, settings)
    ? undefined
    : store.invitations.find(hashOf(token))

export const isTrusted = ({ settings, token, invitation, now }: Registering): boolean =>
  token !== undefined &&
  (isOfConfiguration(token, settings) ||
    (invitation !== undefined && invitation.used < invitation.most && invitation.expiresAt > now))

/** One client more came by it: of many at once no more than it is for. */
export const spendInvitation = (invitation: InvitationRecord | undefined, now: Seconds): readonly Write[] =>
  invitation === undefined ? [] : [{ do: 'use-invitation', tokenHash: invitation.tokenHash, now }]

export const registeringRules: readonly Rule<Registering>[] = [
  { reason: 'registration_off', broken: ({ settings }) => settings.registration === 'off' },
  {
    reason: 'registration_token_missing',
    broken: ({ settings, token }) => settings.registration === 'token' && token === undefined,
  },
  {
    reason: 'registration_token_wrong',
    broken: (registering) => registering.token !== undefined && !isTrusted(registering),
  },
]

export interface Managing {
  readonly token: string | undefined
  readonly client: ClientRecord | undefined
  readonly registration: RegistrationRecord | undefined
}

/** What an unknown client's token is compared with: the hash of nothing anybody can send. */
const nobody = '0'.repeat(43)

/** An unknown client and a wrong token look alike (RFC 7592 §2.1). */
export const managingRules: readonly Rule<Managing>[] = [
  { reason: 'registration_token_missing', broken: ({ token }) => token === undefined },
  {
    reason: 'registration_token_wrong',
    broken: ({ token = '', client, registration }) =>
      !isSame(token, registration?.tokenHash ?? nobody) || client === undefined,
  },
]

const hour: Seconds = 3_600

/** Registrations from one network in this hour, counted where wrong passwords are. */
export const hourOf = (issuer: Issuer, remoteAddress: string, now: Seconds): string =>
  `registration:${issuer.sealing.digest('throttle', `registration ${networkOf(remoteAddress)} ${Math.floor(now / hour)}`)}`

export const countRegistration = (key: string, now: Seconds): Write => ({
  do: 'count-failure',
  key,
  now,
  expiresAt: now + hour,
})

export const untilNextHour = (now: Seconds): Seconds => hour - (now % hour)
