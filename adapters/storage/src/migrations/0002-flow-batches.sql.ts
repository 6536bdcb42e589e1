/**
 * The record of flows in batches: each row holds what one server recorded in a moment. `flows` names the flows that
 * have events in it, `heads` sums each of them up, `events` has one event on each line.
 *
 * The record that was kept in rows of single events is not carried over. Nobody's access rests on it, and it would be
 * gone within days; to rewrite it would keep other servers waiting for as long as that takes.
 */
export const text = `
create table flow_batches (
  issuer_id text not null,
  track text not null,
  batch_id text not null,
  size bigint not null,
  expires_at bigint not null,
  flows text not null,
  heads text not null,
  events text not null,
  primary key (issuer_id, track, batch_id)
);
create index flow_batches_expiry on flow_batches (expires_at);

drop table flow_events;
drop table flows;
`
