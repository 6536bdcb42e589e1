/**
 * What the server needs of storage: a few reads that each answer one decision, and one atomic commit.
 *
 * A store is bound to one issuer. `commit` applies all its writes or none; a *spending* write that finds its row
 * gone or used makes the whole commit lost, so single use is decided by the database alone.
 */
import type { FlowEvent } from '@symbolon/protocol/trace'
import type {
  AccessTokenRecord,
  ClientRecord,
  CodeRecord,
  ConsentRecord,
  GrantRecord,
  GrantStanding,
  InteractionOutcomeRecord,
  InvitationRecord,
  LogoutDeliveryRecord,
  PersonProfile,
  PersonRecord,
  PersonStatus,
  RefreshTokenRecord,
  RegistrationRecord,
  ResourceRecord,
  Seconds,
  SessionClientRecord,
  SessionRecord,
  SigningKeyRecord,
  ThrottleRecord,
} from './records.ts'

/** Clients and resources as they stand now: read once at the start of a request, the same until it is answered. */
export interface Registry {
  /** At once when it is known here; a record is the same object as long as nothing in it changes. */
  client(clientId: string): Promise<ClientRecord | undefined> | ClientRecord | undefined
  /** The same list as long as nothing in it changes. */
  readonly resources: readonly ResourceRecord[]
}

export interface Store {
  /** What no process has changed since: whatever was committed before the call is in it. */
  registry(): Promise<Registry>
  /** For those who manage them; a request is decided on the registry. */
  readonly clients: {
    find(clientId: string): Promise<ClientRecord | undefined>
    list(): Promise<readonly ClientRecord[]>
  }
  /** Clients that registered themselves. */
  readonly registrations: {
    find(clientId: string): Promise<RegistrationRecord | undefined>
    /** The ids of those whose use is to be looked at. */
    due(now: Seconds, limit: number): Promise<readonly string[]>
  }
  readonly invitations: {
    find(tokenHash: string): Promise<InvitationRecord | undefined>
    /** The newest first. */
    list(): Promise<readonly InvitationRecord[]>
  }
  /** As with `clients`. */
  readonly resources: { list(): Promise<readonly ResourceRecord[]> }
  readonly people: {
    find(personId: string): Promise<PersonRecord | undefined>
    /** By username or email, both compared after `loginKey`. */
    findByLogin(login: string): Promise<PersonRecord | undefined>
    list(): Promise<readonly PersonRecord[]>
  }
  readonly sessions: {
    /** Those that are neither ended nor expired, newest sign-in first; with what each person allows `clientId`. */
    ofBrowser(browserHash: string, now: Seconds, clientId?: string): Promise<readonly KnownSession[]>
    ofPerson(personId: string, now: Seconds): Promise<readonly SessionRecord[]>
    find(sessionId: string): Promise<SessionRecord | undefined>
  }
  readonly consents: {
    find(personId: string, clientId: string): Promise<ConsentRecord | undefined>
    ofPerson(personId: string): Promise<readonly ConsentRecord[]>
  }
  readonly interactions: { findOutcome(interactionHash: string): Promise<InteractionOutcomeRecord | undefined> }
  readonly codes: {
    find(
      codeHash: string,
    ): Promise<{ readonly code: CodeRecord; readonly person: PersonStatus | undefined } | undefined>
  }
  readonly grants: {
    find(grantId: string): Promise<FoundGrant<PersonStatus> | undefined>
    findWithProfile(grantId: string): Promise<FoundGrant<PersonProfile> | undefined>
    /** Those that are neither revoked nor expired. */
    ofPerson(personId: string, now: Seconds): Promise<readonly GrantRecord[]>
  }
  readonly refreshTokens: {
    find(
      tokenHash: string,
    ): Promise<
      | { readonly token: RefreshTokenRecord; readonly grant: GrantRecord; readonly person: PersonStatus | undefined }
      | undefined
    >
  }
  readonly accessTokens: {
    find(tokenHash: string): Promise<FoundAccessToken<PersonStatus> | undefined>
    findWithProfile(tokenHash: string): Promise<FoundAccessToken<PersonProfile> | undefined>
    /** Whether a JWT access token was revoked by itself, there being no grant to revoke. */
    isRevoked(jti: string): Promise<boolean>
  }
  readonly keys: { list(): Promise<readonly SigningKeyRecord[]> }
  readonly logouts: {
    /** Whom `remember-client` wrote down for the session, ended or not: reviewed ones first, then the last used. */
    clientsOf(sessionId: string): Promise<readonly SessionClientRecord[]>
    /** Those of reviewed clients first. */
    ofSession(sessionId: string): Promise<readonly LogoutDeliveryRecord[]>
    /** Of one kind of clients, the longest due first. */
    due(which: {
      readonly now: Seconds
      readonly limit: number
      readonly unreviewed: boolean
    }): Promise<readonly LogoutDeliveryRecord[]>
    /** Newest first, however they ended. */
    list(limit: number): Promise<readonly LogoutDeliveryRecord[]>
  }
  readonly throttles: { find(keys: readonly string[]): Promise<readonly ThrottleRecord[]> }
  /** The number under `name`, 0 when never claimed; see the `claim` write. */
  version(name: string): Promise<number>
  readonly flows: {
    /** A batch that is there already is the same batch, sent again. */
    append(batches: readonly FlowBatch[], expiresAt: Seconds): Promise<void>
    /** Newest first. */
    list(query: { readonly limit: number }): Promise<readonly FlowSummary[]>
    /** In the order in which they happened; of very many the newest, and rather a person's than a program's. */
    events(flow: string): Promise<readonly FlowEvent[]>
  }
  /** All writes or none. `lost` names the spending write that another request had already done. */
  commit(writes: readonly Write[]): Promise<Committed>
}

/** A session with its person, if they still have an account, and what they allow the client that asks. */
export interface KnownSession {
  readonly session: SessionRecord
  readonly person: PersonRecord | undefined
  readonly consent: ConsentRecord | undefined
}

export interface FoundGrant<Person> {
  readonly grant: GrantRecord
  readonly person: Person | undefined
}

export interface FoundAccessToken<Person> {
  readonly token: AccessTokenRecord
  readonly grant: GrantStanding | undefined
  readonly person: Person | undefined
}

export type Committed = { readonly committed: true } | { readonly committed: false; readonly lost: Spend['do'] }

/** The parts of the record, each with room of its own: flows of people; of whom nobody knows yet; and of programs. */
export type FlowTrack = 'people' | 'visitors' | 'machines'

export interface FlowBatch {
  /** Never the same twice, and later for what is recorded later. */
  readonly id: string
  readonly track: FlowTrack
  readonly events: readonly FlowEvent[]
}

export interface FlowSummary {
  readonly flow: string
  readonly startedAt: number
  readonly lastAt: number
  readonly events: number
  readonly client: string | undefined
  readonly outcome: FlowEvent['outcome']
  readonly reason: string | undefined
  /** How many like those of this flow were left out before them. */
  readonly omitted: number
}

/** A write that can happen once: when its row is gone or used, the whole commit is lost. */
export type Spend =
  | { readonly do: 'redeem-code'; readonly codeHash: string; readonly now: Seconds }
  | {
      readonly do: 'rotate-refresh-token'
      readonly tokenHash: string
      readonly successor: string
      readonly now: Seconds
    }
  | { readonly do: 'use-assertion'; readonly clientId: string; readonly jtiHash: string; readonly expiresAt: Seconds }
  | { readonly do: 'finish-interaction'; readonly outcome: InteractionOutcomeRecord }
  /** Compare and swap on a named number: it must be `version` and becomes `version + 1`. */
  | { readonly do: 'claim'; readonly name: string; readonly version: number }
  /** A client that was not there before: unlike `put-client` it leaves what others know of the registry as it is. */
  | { readonly do: 'add-client'; readonly client: ClientRecord }
  /** Only as often as it may be, and before its end. */
  | { readonly do: 'use-invitation'; readonly tokenHash: string; readonly now: Seconds }
  | { readonly do: 'change-registration'; readonly clientId: string; readonly version: number }
  | { readonly do: 'end-registration'; readonly clientId: string; readonly tokenHash: string }
  /** Only of a client that is due, that nobody allows anything and that holds nothing good. */
  | { readonly do: 'end-unused-registration'; readonly clientId: string; readonly now: Seconds }
  /** The first that a person allows a client. */
  | { readonly do: 'add-consent'; readonly consent: ConsentRecord }
  /** `seen` is how it was read: nothing that was allowed or taken back since is overwritten. */
  | { readonly do: 'replace-consent'; readonly consent: ConsentRecord; readonly seen: ConsentRecord }
  /** The consent is still as it was read, and the session not ended: what rests on them may be given. */
  | { readonly do: 'hold-consent'; readonly seen: ConsentRecord }
  | { readonly do: 'hold-session'; readonly sessionId: string }

  /** One attempt of one process: there have been `attempts`, and until `dueAt` nobody else makes another. */
  | {
      readonly do: 'claim-logout'
      readonly sessionId: string
      readonly clientId: string
      readonly attempts: number
      readonly dueAt: Seconds
    }

export type Write =
  | Spend
  | { readonly do: 'put-client'; readonly client: ClientRecord }
  /** With all it was given: consents, codes, grants, tokens. */
  | { readonly do: 'delete-client'; readonly clientId: string }
  | { readonly do: 'insert-registration'; readonly registration: RegistrationRecord }
  | { readonly do: 'insert-invitation'; readonly invitation: InvitationRecord }
  | { readonly do: 'delete-invitation'; readonly tokenHash: string }
  | { readonly do: 'keep-registration'; readonly clientId: string; readonly dueAt: Seconds }
  | { readonly do: 'put-resource'; readonly resource: ResourceRecord }
  | { readonly do: 'delete-resource'; readonly resource: string }
  /** Rejects with `StorageConflict` when somebody else has the username or email. */
  | { readonly do: 'put-person'; readonly person: PersonRecord }
  /** The same password hashed anew; nothing when the hash is no longer `from`, for then the password was changed. */
  | {
      readonly do: 'replace-password-hash'
      readonly personId: string
      readonly from: string
      readonly to: string
      readonly now: Seconds
    }
  /** With all they have: sessions, consents, grants, codes. The clients of their sessions are to hear of it. */
  | { readonly do: 'delete-person'; readonly personId: string; readonly now: Seconds; readonly announcedUntil: Seconds }
  | { readonly do: 'insert-session'; readonly session: SessionRecord }
  | {
      readonly do: 'touch-session'
      readonly sessionId: string
      readonly lastSeenAt: Seconds
      readonly expiresAt: Seconds
    }
  | { readonly do: 'end-session'; readonly sessionId: string; readonly now: Seconds }
  /** The client wants to hear when the session ends. */
  | {
      readonly do: 'remember-client'
      readonly sessionId: string
      readonly clientId: string
      readonly personId: string
      readonly expiresAt: Seconds
      readonly usedAt: Seconds
      readonly unreviewed: boolean
      /** Of a session, too, that runs out; the sweep announces it. */
      readonly atExpiry: boolean
    }
  /** To all clients remembered for the session, those too that were while this commit waited; once for each. */
  | {
      readonly do: 'announce-logout'
      readonly sessionId: string
      readonly flow: string | null
      readonly now: Seconds
      readonly announcedUntil: Seconds
    }
  /** For a client that is given something after the session has ended; nothing while it lasts. */
  | {
      readonly do: 'announce-again'
      readonly sessionId: string
      readonly clientId: string
      readonly dueAt: Seconds
    }
  /** How the attempt with this number ended. */
  | {
      readonly do: 'note-logout'
      readonly sessionId: string
      readonly clientId: string
      readonly attempts: number
      readonly dueAt: Seconds | null
      readonly failedAt: Seconds | null
      readonly problem: string | null
    }
  /** All that is due to a client that does not listen just now. */
  | { readonly do: 'put-off-logouts'; readonly clientId: string; readonly now: Seconds; readonly dueAt: Seconds }
  /** What was due to it all the time while it did not, and was tried at least once. */
  | {
      readonly do: 'give-up-logouts'
      readonly clientId: string
      readonly announcedUpTo: Seconds
      readonly now: Seconds
      readonly problem: string
    }
  /** The browser got a new cookie; those signed in in it come along. */
  | { readonly do: 'move-sessions'; readonly from: string; readonly to: string }
  | { readonly do: 'put-consent'; readonly consent: ConsentRecord }
  | { readonly do: 'delete-consent'; readonly personId: string; readonly clientId: string }
  | { readonly do: 'insert-code'; readonly code: CodeRecord }
  /** Of interactions; what comes later finds none, and decides anew. */
  | { readonly do: 'drop-outcomes'; readonly interactionHashes: readonly string[] }
  /** Those of them that were not redeemed. */
  | { readonly do: 'drop-codes'; readonly codeHashes: readonly string[] }
  | { readonly do: 'insert-grant'; readonly grant: GrantRecord }
  /** Of tokens that no code came before, with those tokens. */
  | { readonly do: 'drop-grants'; readonly grantIds: readonly string[]; readonly tokenHashes: readonly string[] }
  | { readonly do: 'touch-grant'; readonly grantId: string; readonly lastUsedAt: Seconds; readonly expiresAt: Seconds }
  | {
      readonly do: 'narrow-grant'
      readonly grantId: string
      readonly scope: readonly string[]
      readonly claims: GrantRecord['claims']
    }
  /** Ends a family: every token is read together with its grant. */
  | { readonly do: 'revoke-grant'; readonly grantId: string; readonly now: Seconds }
  | { readonly do: 'revoke-grants-of'; readonly personId: string; readonly clientId: string; readonly now: Seconds }
  /** Codes that were not redeemed yet; the grants of those that were stay. */
  | { readonly do: 'revoke-codes-of'; readonly personId: string; readonly clientId: string; readonly now: Seconds }
  /** Except those with `offline_access`: the person allowed them to outlive the session. */
  | {
      readonly do: 'revoke-grants-of-session'
      readonly sessionId: string
      readonly personId: string
      readonly now: Seconds
    }
  | { readonly do: 'insert-refresh-token'; readonly token: RefreshTokenRecord }
  | { readonly do: 'touch-refresh-token'; readonly tokenHash: string; readonly expiresAt: Seconds }
  | { readonly do: 'insert-access-token'; readonly token: AccessTokenRecord }
  | { readonly do: 'revoke-access-token'; readonly tokenHash: string }
  | { readonly do: 'revoke-jti'; readonly jti: string; readonly expiresAt: Seconds }
  | { readonly do: 'insert-key'; readonly key: SigningKeyRecord }
  | {
      readonly do: 'update-key'
      readonly kid: string
      readonly activeAt: Seconds
      readonly retiredAt: Seconds | null
      readonly removedAt: Seconds | null
    }
  | { readonly do: 'delete-key'; readonly kid: string }
  /** Adds one failure; a record that had expired starts again at one. */
  | { readonly do: 'count-failure'; readonly key: string; readonly now: Seconds; readonly expiresAt: Seconds }
  | { readonly do: 'clear-failures'; readonly key: string }

/** The database as a whole: opened once, giving each issuer its store. */
export interface Storage {
  /** The store of the issuer with this URL; the issuer's row is made at the first call. */
  issuer(url: string): Promise<Store>
  /** Deletes at most `limit` expired rows of each table and says how many went. */
  sweep(now: Seconds, limit: number): Promise<number>
  /** Resolves when the database answers; rejects with `StorageUnavailable` when not. */
  ping(): Promise<void>
  close(): Promise<void>
}

/**
 * The database can't be reached, is full or can't be written; trying again may help. Nothing of the commit happened,
 * or all of it when the connection broke before the answer came: spending writes make it safe to try again.
 */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
}

/** A record that must be alone of its kind is there already, such as another person with the same username or email. */
export class StorageConflict extends Error {
  override readonly name = 'StorageConflict'
}
