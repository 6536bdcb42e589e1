/** Clients that want to hear, too, of sessions that merely ran out: the sweep announces it before it forgets them. */
export const text = `
alter table session_clients add column at_expiry bigint not null default 0;
`
