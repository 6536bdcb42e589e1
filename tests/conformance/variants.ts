/**
 * The variants that a module runs in: the response types of its plans, each by its usual mode and by form_post, for
 * clients that are configured and for those that register themselves.
 */
import { it } from 'node:test'
import type { Family, ResponseType } from 'conformance/clients'
import { withRegistered } from './dynamic.ts'
import type { Harness } from './harness.ts'
import { createParty, type Party, staticClient } from './party.ts'

export const basic: readonly ResponseType[] = ['code']
export const implicit: readonly ResponseType[] = ['id_token', 'id_token token']
export const hybrid: readonly ResponseType[] = ['code id_token', 'code token', 'code id_token token']
export const every: readonly ResponseType[] = [...basic, ...implicit, ...hybrid]
export const withCode: readonly ResponseType[] = [...basic, ...hybrid]
/** Those that end with an access token. */
export const withToken: readonly ResponseType[] = every.filter((type) => type !== 'id_token')

export const familyOf = (type: ResponseType): Family =>
  type === 'code' ? 'basic' : type.startsWith('code') ? 'hybrid' : 'implicit'

type Run = (party: Party) => Promise<void>

/** Tests a module as the plans run it; its title is `NAME [RESPONSE TYPE]`. */
export function testModule(name: string, types: readonly ResponseType[], harness: Harness, run: Run): void {
  testStatic(name, types, harness, run)
  for (const responseType of types)
    it(`${name} [${responseType}, dynamic_client]`, () => withRegistered(harness, { responseType }, run))
}

/** As the plans with static clients run it. */
export function testStatic(name: string, types: readonly ResponseType[], harness: Harness, run: Run): void {
  for (const responseType of types)
    for (const responseMode of ['default', 'form_post'] as const) {
      const title = `${name} [${responseType}${responseMode === 'default' ? '' : ', form_post'}]`
      const client = staticClient(harness, familyOf(responseType))
      it(title, () => run(createParty({ harness, client, responseType, responseMode })))
    }
}
