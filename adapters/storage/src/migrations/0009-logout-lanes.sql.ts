/**
 * Clients that nobody has looked at are told of a session's end apart from all others, whom they must not hold up; and what
 * waits for one client can be put off at once.
 */
export const text = `
alter table session_clients add column used_at bigint not null default 0;
alter table session_clients add column unreviewed bigint not null default 0;
alter table logout_deliveries add column unreviewed bigint not null default 0;
drop index logout_deliveries_due;
create index logout_deliveries_lane on logout_deliveries (unreviewed, due_at, issuer_id);
create index logout_deliveries_client on logout_deliveries (client_id, due_at, issuer_id);
`
