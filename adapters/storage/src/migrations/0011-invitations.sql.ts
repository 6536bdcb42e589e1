/** Initial access tokens that administrators give away: for a while, and for so many clients. */
export const text = `
create table invitations (
  issuer_id text not null,
  token_hash text not null,
  note text not null,
  created_at bigint not null,
  expires_at bigint not null,
  most bigint not null,
  used bigint not null,
  primary key (issuer_id, token_hash)
);
create index invitations_expire on invitations (expires_at);
`
