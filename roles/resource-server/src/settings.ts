/** What a guard is told, checked once so that no request meets a setting that can't work. */
import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import { isQuotable } from '@symbolon/protocol/challenge'
import { clear } from '@symbolon/protocol/evidence'
import { isScope } from '@symbolon/protocol/scope'
import { GuardError } from './errors.ts'
import type { GuardEvent } from './event.ts'

export interface GuardSettings {
  /** The authorization server's issuer identifier, character for character as its metadata writes it. */
  readonly issuer: string
  /** This resource's identifier. A token must name it; there is no default, for that check is the classic hole. */
  readonly audience: string
  /** The scopes this resource knows, each with what it lets one do. Published in the metadata. */
  readonly scopes?: Readonly<Record<string, string>>
  /** The resource's name for people, published in the metadata. */
  readonly name?: string
  readonly realm?: string
  /** Signature algorithms accepted; ES256 and RS256 unless told otherwise (RFC 8725 §3.1). */
  readonly algorithms?: readonly string[]
  /** Where the issuer's keys are, for an issuer without metadata. */
  readonly jwksUri?: string
  /** For tokens that aren't JWTs: ask the issuer about each of them (RFC 7662). */
  readonly introspection?: IntrospectionSettings
  /** Seconds by which the clocks of issuer and resource may differ. */
  readonly clockTolerance?: number
  /** Told of every check. Holds no token; what it throws is dropped. */
  readonly record?: (event: GuardEvent) => void
  /** Lets an issuer be reached by plain http elsewhere than on this machine. Anyone on the way can then forge tokens. */
  readonly insecureIssuer?: boolean
}

export interface IntrospectionSettings {
  readonly clientId: string
  readonly clientSecret: string
  /** Where to ask, for an issuer without metadata. */
  readonly endpoint?: string
  /** How long a positive answer may be used again, at most 60 seconds; a revocation is seen that much later. */
  readonly cacheSeconds?: number
}

export type CheckedSettings = GuardSettings &
  Readonly<Required<Pick<GuardSettings, 'scopes' | 'algorithms' | 'clockTolerance' | 'insecureIssuer'>>>

export function checkSettings(given: GuardSettings): CheckedSettings {
  const settings = {
    ...given,
    scopes: given.scopes ?? {},
    algorithms: given.algorithms ?? ['ES256', 'RS256'],
    clockTolerance: given.clockTolerance ?? 30,
    insecureIssuer: given.insecureIssuer ?? false,
  }
  const { introspection } = settings
  must(
    isTrustworthy(settings.issuer, settings.insecureIssuer) && !/[?#]/.test(settings.issuer),
    'issuer: an https URL without query or fragment (http on this machine only)',
    settings.issuer,
  )
  for (const [name, address] of Object.entries({ jwksUri: settings.jwksUri, endpoint: introspection?.endpoint }))
    must(
      address === undefined || isTrustworthy(address, settings.insecureIssuer),
      `${name}: an https URL (http on this machine only)`,
      address,
    )
  must(
    typeof settings.audience === 'string' &&
      /^[\x21-\x7e]+$/.test(settings.audience) &&
      !settings.audience.includes('#'),
    "audience: this resource's identifier, without fragment",
    settings.audience,
  )
  for (const scope of Object.keys(settings.scopes))
    must(isScope(scope) && !scope.includes(' '), 'scopes: names without spaces or quotes', scope)
  must(settings.algorithms.length > 0, 'algorithms: at least one')
  for (const algorithm of settings.algorithms)
    must(
      verificationAlgorithms.some((known) => known === algorithm),
      `algorithms: of ${verificationAlgorithms.join(', ')}`,
      algorithm,
    )
  must(isQuotable(settings.realm ?? ''), 'realm: printable ASCII', settings.realm)
  must(settings.clockTolerance >= 0 && settings.clockTolerance <= 300, 'clockTolerance: 0 to 300 seconds')
  if (introspection) {
    must(introspection.clientId !== '' && introspection.clientSecret !== '', 'introspection: clientId and clientSecret')
    const seconds = introspection.cacheSeconds ?? 0
    must(seconds >= 0 && seconds <= 60, 'introspection.cacheSeconds: 0 to 60', String(seconds))
  }
  return settings
}

/** Whether what comes from this address can be believed: TLS, or it never leaves the machine. */
export function isTrustworthy(address: string, insecure: boolean): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  if (protocol === 'https:') return true
  return protocol === 'http:' && (insecure || /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
}

function must(holds: boolean, expected: string, got?: string): void {
  if (!holds) throw new GuardError('guard_settings_wrong', { expected: clear(expected), got: clear(got) })
}
