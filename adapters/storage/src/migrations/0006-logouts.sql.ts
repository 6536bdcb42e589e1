/**
 * Which clients that want to hear of it a person signed in to in a session, and what is to be sent to them since it
 * ended. What is due is looked for every few seconds, and there is hardly ever any.
 */
export const text = `
create table session_clients (
  issuer_id text not null,
  session_id text not null,
  client_id text not null,
  person_id text not null,
  expires_at bigint not null,
  primary key (issuer_id, session_id, client_id)
);
create index session_clients_expiry on session_clients (expires_at);

create table logout_deliveries (
  issuer_id text not null,
  session_id text not null,
  client_id text not null,
  person_id text not null,
  flow text,
  created_at bigint not null,
  attempts bigint not null,
  due_at bigint,
  failed_at bigint,
  problem text,
  expires_at bigint not null,
  primary key (issuer_id, session_id, client_id)
);
create index logout_deliveries_due on logout_deliveries (due_at, issuer_id);
create index logout_deliveries_expiry on logout_deliveries (expires_at);
`
