/** The claims that a client asked for by name and a person allowed, as JSON; most clients name none. */
export const text = `
alter table codes add column claims text;
alter table grants add column claims text;
`
