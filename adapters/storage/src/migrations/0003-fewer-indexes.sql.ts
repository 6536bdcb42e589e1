/**
 * Each index is written with each row. What belongs to a session is found among what belongs to its person; and a grant
 * is never looked for among the codes, because it is there once its code is redeemed.
 */
export const text = `
drop index codes_grant;
drop index codes_session;
drop index grants_session;
`
