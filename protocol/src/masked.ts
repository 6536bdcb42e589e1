/**
 * Text without what nobody could have thought of: so long a word was drawn at random, and is a code, a token, a
 * verifier or a secret that stands in the wrong place.
 *
 * @see RFC 7636 §4.1 (43 characters and more); our own handles have as many
 */
export const masked = (text: string): string =>
  text.length < shortest ? text : text.replaceAll(drawn, ({ length }) => `(${length} characters)`)

const shortest = 40
const drawn = /[\w%+~-]{40,}={0,2}/g
