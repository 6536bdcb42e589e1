/**
 * Values that a rule saw, marked at once as fit to be shown or not. A hidden value leaves the process only as a
 * keyed digest: equal values look equal, and nothing else can be learnt from them.
 */
import { clearParameters, hiddenParameters } from './trace.ts'

export type Evidence = { readonly clear: string } | { readonly hidden: string }

/** A value anyone who may read the record may read: a client id, a scope, a registered address. */
export const clear = (value: string | readonly string[] | undefined): Evidence => ({
  clear: value === undefined ? '(nothing)' : typeof value === 'string' ? value : value.join(' ') || '(nothing)',
})

/** A value nobody may read: a code, a token, a verifier, a secret, a cookie, a password. */
export const hidden = (value: string): Evidence => ({ hidden: value })

/** The names of parameters that a stranger sent: those that we know, since a secret can stand as a name by mistake. */
export const clearNames = (names: readonly string[]): Evidence =>
  clear(names.map((name) => (clearParameters.has(name) || hiddenParameters.has(name) ? name : '(other)')))
