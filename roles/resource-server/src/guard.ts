/** The guard: reads the request, lets the rules decide, answers, and tells the record. */
import { clear, hidden } from '@symbolon/protocol/evidence'
import {
  buildProtectedResourceMetadata,
  type ProtectedResourceMetadata,
  protectedResourcePaths,
  protectedResourceUrl,
} from '@symbolon/protocol/metadata/protected-resource'
import { isScope, missing } from '@symbolon/protocol/scope'
import { GuardError } from './errors.ts'
import type { GuardEvent } from './event.ts'
import { examine } from './examine.ts'
import type { Fetch } from './fetch-json.ts'
import type { VerifiedToken } from './flow/6-resource-request.ts'
import { buildRefusal, type RefusedRequest } from './flow/7-resource-response.ts'
import { createIssuer } from './issuer.ts'
import { type PlainRequest, readRequest } from './request.ts'
import { checkSettings, type GuardSettings } from './settings.ts'

export interface Requirement {
  readonly scopes: readonly string[]
}

export type Checked = { readonly ok: true; readonly token: VerifiedToken } | RefusedRequest

export interface Guard {
  /** Whether this request may have what needs these scopes. Never throws for anything a request holds. */
  readonly check: (request: Request | PlainRequest, requirement?: Requirement) => Promise<Checked>
  /** Says at start-up, instead of at the first request, that a scope is none of this resource's. */
  readonly need: (requirement: Requirement) => Requirement
  /** The RFC 9728 document. */
  readonly metadata: () => ProtectedResourceMetadata
  /** Where to serve it; `undefined` when the audience is no web address. */
  readonly metadataPath: string | undefined
  /** The same, and the root place where some clients look next. */
  readonly metadataPaths: readonly string[]
}

/** What the guard takes from outside itself, for tests and other runtimes. */
export interface Surroundings {
  readonly fetch?: Fetch
  /** Epoch milliseconds. */
  readonly now?: () => number
}

export function createGuard(given: GuardSettings, surroundings: Surroundings = {}): Guard {
  const settings = checkSettings(given)
  const { fetch = globalThis.fetch, now = Date.now } = surroundings
  const issuer = createIssuer({ settings, fetch, now })
  const known = Object.keys(settings.scopes)
  const metadataPaths = protectedResourcePaths(settings.audience)
  const metadataUrl = protectedResourceUrl(settings.audience)

  const need = (requirement: Requirement): Requirement => {
    const unknown = known.length === 0 ? [] : missing(requirement.scopes, known)
    if (unknown.length > 0 || !requirement.scopes.every((scope) => isScope(scope) && !scope.includes(' ')))
      throw new GuardError('guard_settings_wrong', { expected: clear(known), got: clear(requirement.scopes) })
    return requirement
  }

  const tell = (event: GuardEvent): void => {
    try {
      settings.record?.(event)
    } catch {
      // A record that fails must not decide who gets in.
    }
  }

  return {
    need,
    async check(request, requirement = { scopes: [] }) {
      const { scopes: needed } = need(requirement)
      const at = now()
      const presentation = readRequest(request)
      const seconds = Math.floor(at / 1000)
      const { decision, checks } = await examine({ presentation, settings, issuer, needed, now: seconds })
      const answer = decision.ok
        ? { ok: true as const, token: decision.value }
        : buildRefusal(decision, { realm: settings.realm, metadataUrl, needed })
      tell({
        at,
        took: now() - at,
        method: presentation.method,
        path: presentation.path,
        needed,
        outcome: answer.ok ? 'ok' : answer.status === 503 ? 'failed' : 'refused',
        reason: answer.ok ? undefined : answer.reason,
        expected: answer.ok ? undefined : answer.expected,
        got: answer.ok ? undefined : answer.got,
        checks,
        client: answer.ok ? answer.token.clientId : undefined,
        person: answer.ok ? hidden(answer.token.sub) : undefined,
        grant: answer.ok && typeof answer.token.claims.grant_id === 'string' ? answer.token.claims.grant_id : undefined,
      })
      return answer
    },
    metadata: () =>
      buildProtectedResourceMetadata({
        resource: settings.audience,
        issuer: settings.issuer,
        scopes: known,
        name: settings.name,
      }),
    metadataPath: metadataPaths[0],
    metadataPaths,
  }
}
