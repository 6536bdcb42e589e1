/** Clients that registered themselves: what they manage their registration with, and when it is looked whether they are used. */
export const text = `
create table registrations (
  issuer_id text not null,
  client_id text not null,
  token_hash text not null,
  version bigint not null,
  due_at bigint,
  primary key (issuer_id, client_id)
);
create index registrations_due on registrations (due_at, issuer_id);
`
