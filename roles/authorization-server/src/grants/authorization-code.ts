/**
 * The authorization code grant at the token endpoint; its rules are those of step 4.
 *
 * @see RFC 6749 §4.1.3
 */
import { allow, refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import { type CodeRequest, decideRedemption, type FoundCode } from '../flow/4-token-request.ts'
import { hashOf } from '../handles.ts'
import { aboutGrant, type Grant } from './grant.ts'

export const authorizationCode: Grant<CodeRequest, FoundCode | undefined> = {
  grantType: 'authorization_code',

  parse(form) {
    const code = one(form, 'code')
    if (code === undefined) return refuse('parameter_missing')
    // Hashed on arrival: from here on nothing can log or store the code itself.
    return allow({
      codeHash: hashOf(code),
      redirectUri: one(form, 'redirect_uri'),
      codeVerifier: one(form, 'code_verifier'),
      resources: form.getAll('resource').filter(Boolean),
    })
  },

  load: ({ codeHash }, store) => store.codes.find(codeHash),

  decide(input, trail) {
    const code = input.found?.code
    if (code?.clientId === input.client.id) trail.concerns(aboutGrant(code))
    return decideRedemption(input, trail)
  },
}
