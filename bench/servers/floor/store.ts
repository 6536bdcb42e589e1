/** What the floor keeps, and the fewest reads and writes that its answers need. Secrets are kept as hashes. */

export interface AccessToken {
  readonly hash: string
  readonly grant: string | null
  readonly client: string
  readonly person: string | null
  readonly scope: string
  readonly audience: string
  readonly issued: number
  readonly expires: number
}

export interface RefreshToken {
  readonly hash: string
  readonly grant: string
  readonly client: string
  readonly person: string
  readonly scope: string
  readonly audience: string
  readonly rotated: number | null
  readonly expires: number
}

export interface Code {
  readonly hash: string
  readonly grant: string
  readonly client: string
  readonly person: string
  readonly redirect: string
  readonly scope: string
  readonly audience: string
  readonly challenge: string
  readonly nonce: string | null
  readonly authenticated: number
  readonly used: number | null
  readonly expires: number
}

export interface Session {
  readonly hash: string
  readonly person: string
  readonly authenticated: number
  readonly expires: number
}

export interface Person {
  readonly id: string
  readonly login: string
  readonly password: string
  /** JSON. */
  readonly claims: string
}

export interface Issued {
  readonly access: AccessToken
  readonly refresh: RefreshToken
}

export interface FloorStore {
  person(by: 'id' | 'login', value: string): Promise<Person | undefined>
  accessToken(hash: string): Promise<AccessToken | undefined>
  /** The token with its person's claims, in one read. */
  personOf(hash: string): Promise<(AccessToken & Pick<Person, 'claims'>) | undefined>
  code(hash: string): Promise<Code | undefined>
  refreshToken(hash: string): Promise<RefreshToken | undefined>
  /** The session, when its person is still known and allowed this client. */
  session(hash: string, client: string): Promise<(Session & { readonly consent: string }) | undefined>
  insertAccessToken(token: AccessToken): Promise<void>
  insertCode(code: Code, session?: Session): Promise<void>
  /** `false`: somebody else spent it first, and nothing was stored. */
  redeemCode(hash: string, now: number, issued: Issued): Promise<boolean>
  rotate(hash: string, now: number, issued: Issued): Promise<boolean>
  useAssertion(hash: string, expires: number, access: AccessToken): Promise<boolean>
  /** A code or token that came twice. */
  revoke(grant: string): Promise<void>
}

export const schema = `
create table if not exists people (id text not null primary key, login text not null unique, password text not null, claims text not null);
create table if not exists consents (person text not null, client text not null, scope text not null, primary key (person, client));
create table if not exists sessions (hash text not null primary key, person text not null, authenticated bigint not null, expires bigint not null);
create table if not exists codes (hash text not null primary key, family text not null, client text not null, person text not null, redirect text not null, scope text not null, audience text not null, challenge text not null, nonce text, authenticated bigint not null, used bigint, expires bigint not null);
create table if not exists access_tokens (hash text not null primary key, family text, client text not null, person text, scope text not null, audience text not null, issued bigint not null, expires bigint not null);
create table if not exists refresh_tokens (hash text not null primary key, family text not null, client text not null, person text not null, scope text not null, audience text not null, rotated bigint, expires bigint not null);
create table if not exists assertions (hash text not null primary key, expires bigint not null);
create index if not exists sessions_expiry on sessions (expires);
create index if not exists codes_expiry on codes (expires);
create index if not exists access_tokens_expiry on access_tokens (expires);
create index if not exists access_tokens_family on access_tokens (family);
create index if not exists refresh_tokens_expiry on refresh_tokens (expires);
create index if not exists refresh_tokens_family on refresh_tokens (family);
create index if not exists assertions_expiry on assertions (expires);
`

/** The columns of each table, in the order in which both databases are given them. */
export const rows = {
  access: (token: AccessToken) => [
    token.hash,
    token.grant,
    token.client,
    token.person,
    token.scope,
    token.audience,
    token.issued,
    token.expires,
  ],
  refresh: (token: RefreshToken) => [
    token.hash,
    token.grant,
    token.client,
    token.person,
    token.scope,
    token.audience,
    token.rotated,
    token.expires,
  ],
  code: (code: Code) => [
    code.hash,
    code.grant,
    code.client,
    code.person,
    code.redirect,
    code.scope,
    code.audience,
    code.challenge,
    code.nonce,
    code.authenticated,
    code.used,
    code.expires,
  ],
  session: ({ hash, person, authenticated, expires }: Session) => [hash, person, authenticated, expires],
}

export const selects = {
  personById: 'select id, login, password, claims from people where id = $1',
  personByLogin: 'select id, login, password, claims from people where login = $1',
  accessToken:
    'select hash, family as "grant", client, person, scope, audience, issued, expires from access_tokens where hash = $1',
  personOf:
    'select t.hash, t.scope, t.expires, p.claims from access_tokens t join people p on p.id = t.person where t.hash = $1',
  code: 'select hash, family as "grant", client, person, redirect, scope, audience, challenge, nonce, authenticated, used, expires from codes where hash = $1',
  refreshToken:
    'select hash, family as "grant", client, person, scope, audience, rotated, expires from refresh_tokens where hash = $1',
  session:
    'select s.hash, s.person, s.authenticated, s.expires, c.scope as consent from sessions s join consents c on c.person = s.person and c.client = $2 where s.hash = $1',
}
