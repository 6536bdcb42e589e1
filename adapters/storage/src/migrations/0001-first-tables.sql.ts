/**
 * The tables. Each row belongs to an issuer and is reached by `(issuer_id, key)`; keys are random or a hash, so that
 * a distributed engine can spread them. `expires_at` is indexed wherever rows are swept.
 */
export const text = `
create table issuers (
  url text not null primary key,
  issuer_id text not null unique
);

create table clients (
  issuer_id text not null,
  client_id text not null,
  metadata text not null,
  secrets text not null,
  disabled bigint not null,
  declared bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (issuer_id, client_id)
);

create table resources (
  issuer_id text not null,
  resource text not null,
  name text not null,
  token_format text not null,
  token_lifetime bigint,
  signing_algorithm text,
  scopes text not null,
  declared bigint not null,
  primary key (issuer_id, resource)
);

create table people (
  issuer_id text not null,
  person_id text not null,
  username text not null,
  username_key text not null,
  email text,
  email_key text,
  password_hash text,
  claims text not null,
  disabled bigint not null,
  declared bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (issuer_id, person_id)
);
create unique index people_username on people (issuer_id, username_key);
create unique index people_email on people (issuer_id, email_key);

create table sessions (
  issuer_id text not null,
  session_id text not null,
  browser_hash text not null,
  person_id text not null,
  auth_time bigint not null,
  amr text not null,
  user_agent text not null,
  created_at bigint not null,
  last_seen_at bigint not null,
  expires_at bigint not null,
  ended_at bigint,
  primary key (issuer_id, session_id)
);
create index sessions_browser on sessions (issuer_id, browser_hash);
create index sessions_person on sessions (issuer_id, person_id);
create index sessions_expiry on sessions (expires_at);

create table consents (
  issuer_id text not null,
  person_id text not null,
  client_id text not null,
  scope text not null,
  resources text not null,
  shown text not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (issuer_id, person_id, client_id)
);

create table interaction_outcomes (
  issuer_id text not null,
  interaction_hash text not null,
  sealed text not null,
  expires_at bigint not null,
  primary key (issuer_id, interaction_hash)
);
create index interaction_outcomes_expiry on interaction_outcomes (expires_at);

create table codes (
  issuer_id text not null,
  code_hash text not null,
  grant_id text not null,
  flow text not null,
  client_id text not null,
  person_id text not null,
  session_id text not null,
  redirect_uri text not null,
  redirect_uri_sent bigint not null,
  code_challenge text,
  scope text not null,
  resources text not null,
  nonce text,
  auth_time bigint not null,
  amr text not null,
  created_at bigint not null,
  expires_at bigint not null,
  redeemed_at bigint,
  revoked_at bigint,
  primary key (issuer_id, code_hash)
);
create index codes_grant on codes (issuer_id, grant_id);
create index codes_person on codes (issuer_id, person_id);
create index codes_session on codes (issuer_id, session_id);
create index codes_expiry on codes (expires_at);

create table grants (
  issuer_id text not null,
  grant_id text not null,
  flow text not null,
  client_id text not null,
  person_id text not null,
  session_id text not null,
  scope text not null,
  resources text not null,
  nonce text,
  auth_time bigint not null,
  amr text not null,
  created_at bigint not null,
  last_used_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint,
  primary key (issuer_id, grant_id)
);
create index grants_person on grants (issuer_id, person_id, client_id);
create index grants_session on grants (issuer_id, session_id);
create index grants_expiry on grants (expires_at);

create table refresh_tokens (
  issuer_id text not null,
  token_hash text not null,
  grant_id text not null,
  client_id text not null,
  created_at bigint not null,
  expires_at bigint not null,
  rotated_at bigint,
  successor text,
  primary key (issuer_id, token_hash)
);
create index refresh_tokens_grant on refresh_tokens (issuer_id, grant_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

create table access_tokens (
  issuer_id text not null,
  token_hash text not null,
  grant_id text,
  client_id text not null,
  person_id text,
  scope text not null,
  audience text not null,
  issued_at bigint not null,
  expires_at bigint not null,
  primary key (issuer_id, token_hash)
);
create index access_tokens_person on access_tokens (issuer_id, person_id);
create index access_tokens_expiry on access_tokens (expires_at);

create table revoked_tokens (
  issuer_id text not null,
  jti text not null,
  expires_at bigint not null,
  primary key (issuer_id, jti)
);
create index revoked_tokens_expiry on revoked_tokens (expires_at);

create table used_assertions (
  issuer_id text not null,
  client_id text not null,
  jti_hash text not null,
  expires_at bigint not null,
  primary key (issuer_id, client_id, jti_hash)
);
create index used_assertions_expiry on used_assertions (expires_at);

create table signing_keys (
  issuer_id text not null,
  kid text not null,
  algorithm text not null,
  public_jwk text not null,
  sealed_private text not null,
  created_at bigint not null,
  active_at bigint not null,
  retired_at bigint,
  removed_at bigint,
  primary key (issuer_id, kid)
);

create table throttles (
  issuer_id text not null,
  throttle_key text not null,
  failures bigint not null,
  last_failure_at bigint not null,
  expires_at bigint not null,
  primary key (issuer_id, throttle_key)
);
create index throttles_expiry on throttles (expires_at);

create table versions (
  issuer_id text not null,
  name text not null,
  version bigint not null,
  primary key (issuer_id, name)
);

create table flows (
  issuer_id text not null,
  flow text not null,
  last_at bigint not null,
  expires_at bigint not null,
  primary key (issuer_id, flow)
);
create index flows_latest on flows (issuer_id, last_at);
create index flows_expiry on flows (expires_at);

create table flow_events (
  issuer_id text not null,
  flow text not null,
  event_id text not null,
  at bigint not null,
  place bigint not null,
  client text,
  outcome text not null,
  reason text,
  event text not null,
  expires_at bigint not null,
  primary key (issuer_id, flow, event_id)
);
create index flow_events_expiry on flow_events (expires_at);
`
