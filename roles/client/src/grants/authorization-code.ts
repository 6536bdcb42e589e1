/** From a response that step 3 allowed to tokens and the person they speak of: steps 4 and 5, where there is a code. */
import { together } from '../asked.ts'
import { sendCode } from '../flow/4-token-request.ts'
import { type Received, validateTokenResponse } from '../flow/5-token-response.ts'
import { type Brought, validateFrontChannel } from '../front-channel.ts'
import type { Connection, User } from '../providers/provider.ts'

export interface SignedIn extends Received {
  readonly user: User
}

/** What the browser brought is validated before the code goes anywhere (OpenID Connect Core §3.3.2.10, §3.3.3.7). */
export async function redeem(connection: Connection, brought: Brought): Promise<SignedIn> {
  const { attempt } = brought
  const front = await validateFrontChannel(connection, brought)
  const received =
    front === undefined || connection.provider.responseType.includes('code')
      ? await redeemCode(connection, brought, front)
      : front
  const user = await connection.provider.person(connection, {
    accessToken: received.tokens?.accessToken,
    scopes: received.scopes,
    parameters: together(connection.provider.parameters, attempt.asked ?? {}),
    claims: received.claims,
  })
  return { ...received, user }
}

async function redeemCode(connection: Connection, brought: Brought, front: Received | undefined): Promise<Received> {
  const { params, attempt, now } = brought
  const response = await sendCode(connection, params, attempt)
  return validateTokenResponse(connection, response, { attempt, before: front?.claims, now: now() })
}
