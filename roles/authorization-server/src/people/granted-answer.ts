/**
 * What a client is given for what a person allows: a code, tokens from the authorization endpoint, or both, and all that is
 * stored with it. Nothing of it counts until its writes are committed.
 *
 * Tokens given here belong to a grant of their own, apart from the one that redeeming the code makes: revoking either
 * leaves the other, and both are listed. They live shortly and are never refreshed.
 *
 * @see RFC 6749 §4.1.2 and §4.2.2, OpenID Connect Core §3.2.2.5 and §3.3.2.5, RFC 9700 §2.1.2
 */
import { contentsOf } from '@symbolon/protocol/response-types'
import type { SignedIn, Situation } from '../flow/2-user-authorization.ts'
import type { Issued } from '../flow/3-authorization-response.ts'
import { type Granted, rememberedAfter } from '../flow/consent.ts'
import { hashOf, newHandle } from '../handles.ts'
import { remembered } from '../logout/announce.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { CodeRecord, ConsentRecord, GrantRecord, Seconds } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import { audienceOf, resourcesFor } from '../resource.ts'
import { mintAccessToken } from '../tokens/access-token.ts'
import { mintIdToken } from '../tokens/id-token.ts'
import { accessTokenLifetime, fromBrowserAtMost } from '../tokens/lifetimes.ts'
import { claimsFor } from './claims.ts'
import { countOutstanding } from './outstanding.ts'

export interface Granting {
  readonly flow: string
  readonly situation: Situation
  readonly as: SignedIn
  readonly granted: Granted
}

export interface GrantedAnswer {
  readonly issued: Issued
  /** What the record calls it by; `undefined` when nothing lasts. */
  readonly grantId: string | undefined
  readonly writes: readonly Write[]
  /** To be told whether the writes were committed; what goes for them besides. */
  readonly settle: (committed: boolean) => readonly Write[]
}

export async function grantAnswer(issuer: Issuer, granting: Granting): Promise<GrantedAnswer> {
  const { situation } = granting
  const given = contentsOf(situation.request.responseType)
  const now = issuer.now()
  const code = given.code ? newCode(issuer, granting, now) : undefined
  const token = given.accessToken ? await newToken(issuer, granting, now) : undefined
  const idToken = given.idToken ? await newIdToken(issuer, granting, { code, token, now }) : undefined
  return {
    issued: { code: code?.code, accessToken: token?.given, idToken },
    grantId: code?.record.grantId ?? token?.grant.grantId,
    // Codes before grants, as whoever revokes them does: of two, neither waits for the other.
    writes: [...restsOn(granting, now), ...(code?.writes ?? []), ...(token?.writes ?? [])],
    settle: (committed) => [...(code?.settle(committed) ?? []), ...(token?.settle(committed) ?? [])],
  }
}

/** Of one session. A person at an app has one; an app in many tabs has some. */
export const mostCodes = 32
/** These last for minutes and are renewed in silence, by each tab for itself. */
export const mostGrants = 64

const openCodes = countOutstanding<string>(mostCodes)
const openGrants = countOutstanding<OpenGrant>(mostGrants)

interface OpenGrant {
  readonly grantId: string
  readonly tokenHashes: readonly string[]
}

const dropCodes = (codeHashes: readonly string[]): readonly Write[] =>
  codeHashes.length > 0 ? [{ do: 'drop-codes', codeHashes }] : []

const dropGrants = (open: readonly OpenGrant[]): readonly Write[] =>
  open.length > 0
    ? [
        {
          do: 'drop-grants',
          grantIds: open.map(({ grantId }) => grantId),
          tokenHashes: open.flatMap(({ tokenHashes }) => tokenHashes),
        },
      ]
    : []

interface NewCode {
  readonly code: string
  readonly record: CodeRecord
  readonly writes: readonly Write[]
  readonly settle: GrantedAnswer['settle']
}

function newCode(issuer: Issuer, { flow, situation: { request }, as, granted }: Granting, now: Seconds): NewCode {
  const code = newHandle(issuer.random)
  const record: CodeRecord = {
    codeHash: hashOf(code),
    grantId: newHandle(issuer.random),
    flow,
    clientId: request.clientId,
    personId: as.person.personId,
    sessionId: as.session.sessionId,
    redirectUri: request.redirectUri,
    redirectUriSent: request.redirectUriSent,
    codeChallenge: request.codeChallenge,
    scope: granted.scope,
    resources: granted.resources,
    nonce: request.nonce,
    claims: granted.claims,
    authTime: as.session.authTime,
    amr: as.session.amr,
    createdAt: now,
    expiresAt: now + issuer.settings.codeLifetime,
    redeemedAt: null,
  }
  const { codeHash: what, sessionId, expiresAt } = record
  const open = openCodes.give(sessionId, { what, expiresAt }, now)
  return {
    code,
    record,
    writes: [{ do: 'insert-code', code: record }, ...dropCodes(open.gone)],
    settle: (committed) => dropCodes(open.settle(committed)),
  }
}

interface NewToken {
  readonly given: NonNullable<Issued['accessToken']>
  readonly grant: GrantRecord
  readonly writes: readonly Write[]
  readonly settle: GrantedAnswer['settle']
}

async function newToken(issuer: Issuer, granting: Granting, now: Seconds): Promise<NewToken> {
  const { client, resources } = granting.situation
  // Nobody keeps access by a token that no code came before (OpenID Connect Core §11).
  const scope = granting.granted.scope.filter((one) => one !== 'offline_access')
  const known = resourcesFor(client, resources)
  const audience = audienceOf({ granted: { scope, resources: granting.granted.resources }, asked: [], known })
  if (!audience.ok) throw new Error(`What was granted has no audience: ${audience.reason}.`)
  const lifetime = Math.min(accessTokenLifetime(audience.value.resource, issuer.settings), fromBrowserAtMost)
  const grant: GrantRecord = {
    ...authorizedIn(granting),
    grantId: newHandle(issuer.random),
    flow: granting.flow,
    clientId: client.id,
    scope,
    resources: granting.granted.resources,
    nonce: granting.situation.request.nonce,
    claims: granting.granted.claims,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: now + lifetime,
    revokedAt: null,
  }
  const minted = await mintAccessToken(issuer, { client, grant, audience: audience.value, lifetime, now })
  const { grantId, sessionId, expiresAt } = grant
  const tokenHashes = minted.writes.flatMap((write) =>
    write.do === 'insert-access-token' ? write.token.tokenHash : [],
  )
  const open = openGrants.give(sessionId, { what: { grantId, tokenHashes }, expiresAt }, now)
  return {
    given: { token: minted.token, lifetime, scope: audience.value.scope },
    grant,
    writes: [{ do: 'insert-grant', grant }, ...minted.writes, ...dropGrants(open.gone)],
    settle: (committed) => dropGrants(open.settle(committed)),
  }
}

/** Who signed in, when and how. */
const authorizedIn = ({ as: { session, person } }: Granting) => ({
  personId: person.personId,
  sessionId: session.sessionId,
  authTime: session.authTime,
  amr: session.amr,
})

function newIdToken(
  issuer: Issuer,
  granting: Granting,
  {
    code,
    token,
    now,
  }: { readonly code: NewCode | undefined; readonly token: NewToken | undefined; readonly now: Seconds },
): Promise<string> {
  const { client, request } = granting.situation
  return mintIdToken(issuer, {
    client,
    grant: authorizedIn(granting),
    nonce: request.nonce,
    accessToken: token?.given.token,
    code: code?.code,
    state: request.state ?? undefined,
    // Userinfo tells them to whoever gets an access token, now or for the code (OpenID Connect Core §5.4).
    claims: claimsFor(
      granting.as.person,
      code || token ? [] : granting.granted.scope,
      granting.granted.claims?.idToken,
    ),
    now,
  })
}

/**
 * An answer is given only if what it rests on still stands when it is stored: nobody who signs out or removes the app in
 * another window just then is left with a code or a token that they could not know of.
 */
function restsOn({ situation, as, granted }: Granting, now: Seconds): readonly Write[] {
  const { request, client, consents, shown } = situation
  const { personId } = as.person
  const before = consents.get(personId)
  const remember = rememberedAfter(granted, { remembered: before, shown })
  const consent = remember && {
    ...{ personId, clientId: request.clientId, ...remember },
    ...{ createdAt: before?.createdAt ?? now, updatedAt: now },
  }
  return [
    { do: 'hold-session', sessionId: as.session.sessionId },
    ...remembered(client, as.session, now),
    ...holding(before, consent),
  ]
}

function holding(before: ConsentRecord | undefined, after: ConsentRecord | undefined): readonly Write[] {
  if (before === undefined) return after === undefined ? [] : [{ do: 'add-consent', consent: after }]
  return [after ? { do: 'replace-consent', consent: after, seen: before } : { do: 'hold-consent', seen: before }]
}
