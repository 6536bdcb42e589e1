/**
 * An index that begins like a table's key is taken for as good as the key while PostgreSQL has not yet counted what the
 * table holds, and all rows of the issuer are read for one. These begin with what they are for.
 */
export const text = `
drop index people_username;
drop index people_email;
drop index sessions_browser;
drop index sessions_person;
drop index codes_person;
drop index grants_person;
create unique index people_username on people (username_key, issuer_id);
create unique index people_email on people (email_key, issuer_id);
create index sessions_browser on sessions (browser_hash, issuer_id);
create index sessions_person on sessions (person_id, issuer_id);
create index codes_person on codes (person_id, issuer_id);
create index grants_person on grants (person_id, client_id, issuer_id);
`
