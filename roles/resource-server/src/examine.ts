/** One request examined: between the tables of step 6, what they need is loaded. */
import { allow, type Decision, type Refused, type Rule, refuse } from '@symbolon/protocol/decision'
import type { Check } from '@symbolon/protocol/trace'
import { type CryptoKey, compactVerify } from 'jose'
import { GuardError } from './errors.ts'
import {
  applyRules,
  headerRules,
  introspectionRules,
  jwtRules,
  presentationRules,
  signatureRules,
  type VerifiedToken,
  verifiedToken,
} from './flow/6-resource-request.ts'
import type { Issuer } from './issuer.ts'
import { type Presentation, readToken } from './request.ts'
import type { CheckedSettings } from './settings.ts'

export interface Examination {
  readonly presentation: Presentation
  readonly settings: CheckedSettings
  readonly issuer: Issuer
  readonly needed: readonly string[]
  /** Epoch seconds. */
  readonly now: number
}

export interface Examined {
  readonly decision: Decision<VerifiedToken>
  readonly checks: readonly Check[]
}

export async function examine(examination: Examination): Promise<Examined> {
  const checks: Check[] = []
  const broken = <Input>(rules: readonly Rule<Input>[], input: Input): Refused | undefined => {
    const applied = applyRules(rules, input)
    checks.push(...applied.checks)
    return applied.refused
  }
  try {
    return { decision: await decide(examination, broken), checks }
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return { decision: refuse(error.code, { expected: error.expected, got: error.got }), checks }
  }
}

async function decide(
  { presentation, settings, issuer, needed, now }: Examination,
  broken: <Input>(rules: readonly Rule<Input>[], input: Input) => Refused | undefined,
): Promise<Decision<VerifiedToken>> {
  const unreadable = broken(presentationRules, presentation)
  if (unreadable) return unreadable
  const { bearer = '' } = presentation
  const facts = { ...settings, needed, now }

  const token = readToken(bearer)
  if (!token && issuer.introspection) {
    const answered = { ...facts, claims: await issuer.introspection.ask(bearer) }
    return broken(introspectionRules, answered) ?? allow(verifiedToken(answered))
  }

  const misfit = broken(headerRules, { ...settings, token })
  if (misfit || !token?.claims) return misfit ?? refuse('token_malformed')
  const { header, claims } = token
  const kid = typeof header.kid === 'string' ? header.kid : undefined
  const algorithm = String(header.alg)
  const keys = await issuer.keys.find({ kid, algorithm })
  const verified = await verifies(bearer, keys, algorithm)
  const unproven = broken(signatureRules, { kid, candidates: keys.length, verified })
  if (unproven) return unproven

  const proven = { ...facts, claims }
  return broken(jwtRules, proven) ?? allow(verifiedToken(proven))
}

/** Several keys come into question only when the token names none. */
async function verifies(token: string, keys: readonly CryptoKey[], algorithm: string): Promise<boolean> {
  for (const key of keys) {
    try {
      await compactVerify(token, key, { algorithms: [algorithm] })
      return true
    } catch {
      // Whatever is wrong, this key does not prove the token (RFC 8725 §3.3).
    }
  }
  return false
}
