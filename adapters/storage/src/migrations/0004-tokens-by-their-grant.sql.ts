/**
 * Tokens are of nobody any more once their grant is gone, so that whoever deletes a person need not find them: they
 * stay until they expire, unreadable. Both indexes were met at a random page with each token.
 */
export const text = `
drop index refresh_tokens_grant;
drop index access_tokens_person;
`
