/**
 * A request to sign out, read: which app asks, for which session of which person, and where it wants them back.
 *
 * Everything stands on the ID token that comes as a hint. It may have expired long ago, for it says who was signed in and
 * not that they are; but it must be ours, and of the client that says it asks. A client may have encrypted it to us.
 *
 * @see OpenID Connect RP-Initiated Logout §2
 */
import { one } from '@symbolon/protocol/parameters'
import { clientFrom } from '../client.ts'
import { isNamed } from '../flow/2-user-authorization.ts'
import { isEncrypted } from '../keys/decryption-key.ts'
import type { Browser } from '../people/browser.ts'
import { sidFor } from '../people/sid.ts'
import { subjectFor } from '../people/subject.ts'
import type { KnownClient } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { SessionRecord } from '../ports/records.ts'
import { idTokenType } from '../tokens/id-token.ts'

export interface LogoutRequest {
  readonly hint: 'none' | 'not ours' | 'ours'
  /** Whom the hint was given to, and who says that they ask. */
  readonly audience: readonly string[]
  readonly clientId: string | undefined
  /** The client of the hint, unless another says that it asks. */
  readonly known: KnownClient | undefined
  readonly returnTo: string | undefined
  readonly state: string | undefined
  /** Of this browser: the sessions of the person whose session the hint is of, with that one among them. */
  readonly hinted: readonly SessionRecord[]
  /** The sessions of the person whom the hint names, though that session is over; or whom `logout_hint` names. */
  readonly meant: readonly SessionRecord[]
}

const longestHint = 8_000

export async function readLogoutRequest(
  params: URLSearchParams,
  browser: Browser,
  issuer: Issuer,
): Promise<LogoutRequest> {
  const text = one(params, 'id_token_hint')
  const verified = text === undefined || text.length > longestHint ? undefined : await verify(text, issuer)
  // A signed authorization response is ours, too, and of the same type, but says nothing of a person (JARM §2.1).
  const claims = typeof verified?.sub === 'string' ? verified : undefined
  const audience = [claims?.aud].flat().filter((one) => typeof one === 'string')
  const clientId = one(params, 'client_id')
  const named = clientId === undefined ? audience[0] : audience.find((one) => one === clientId)
  const record = named === undefined ? undefined : await (await issuer.store.registry()).client(named)
  const known = record && { record, client: clientFrom(record) }
  return {
    hint: text === undefined ? 'none' : claims === undefined ? 'not ours' : 'ours',
    audience,
    clientId,
    known,
    returnTo: one(params, 'post_logout_redirect_uri'),
    state: one(params, 'state'),
    ...whose({ known, claims, named: one(params, 'logout_hint') }, browser, issuer),
  }
}

async function verify(hint: string, { keys }: Issuer) {
  const signed = isEncrypted(hint) ? await keys.decrypt(hint) : hint
  return signed === undefined ? undefined : keys.verify(signed, idTokenType)
}

interface Pointing {
  readonly known: KnownClient | undefined
  readonly claims: Readonly<Record<string, unknown>> | undefined
  readonly named: string | undefined
}

function whose({ known, claims, named }: Pointing, { sessions, people }: Browser, issuer: Issuer) {
  const ofPerson = (personId: string | undefined) => sessions.filter((session) => session.personId === personId)
  if (known !== undefined && claims !== undefined) {
    const { client } = known
    const session = sessions.find(
      ({ sessionId, personId }) =>
        subjectFor(issuer, client, personId) === claims.sub &&
        (claims.sid === undefined || sidFor(issuer, sessionId, client.id) === claims.sid),
    )
    if (session !== undefined) return { hinted: ofPerson(session.personId), meant: [] }
    const same = sessions.find(({ personId }) => subjectFor(issuer, client, personId) === claims.sub)
    if (same !== undefined) return { hinted: [], meant: ofPerson(same.personId) }
  }
  const person = named === undefined ? undefined : people.find(({ person }) => isNamed(person, named))?.person
  return { hinted: [], meant: ofPerson(person?.personId) }
}
