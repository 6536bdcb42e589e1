/**
 * How well somebody has proven who they are: the levels that an ID token can name in `acr`, from the weakest up.
 *
 * Each is an absolute URI that others know too. A level that asks for more than a password gets a line below this one.
 *
 * @see OpenID Connect Core §2 (acr, amr) and §5.5.1.1, RFC 8176 §2 (amr), RFC 6711 (levels by name)
 */
interface Level {
  readonly acr: string
  /** Whether a sign-in by these methods reaches it. */
  readonly reached: (amr: readonly string[]) => boolean
}

const levels: readonly Level[] = [
  {
    // A password over TLS, as the SAML authentication contexts call it.
    acr: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    reached: (amr) => amr.includes('pwd'),
  },
]

export const acrValuesSupported: readonly string[] = levels.map(({ acr }) => acr)

/** The best level that a sign-in reaches. */
export const acrOf = (amr: readonly string[]): string | undefined => levels.findLast(({ reached }) => reached(amr))?.acr
