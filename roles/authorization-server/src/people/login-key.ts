/** How a username or an email address is compared: what looks and is typed alike is the same account. */

/** The form of `login` that is unique among the people of an issuer; the same for input and for what is stored. */
export const loginKey = (login: string): string => login.normalize('NFKC').trim().toLowerCase().normalize('NFKC')
