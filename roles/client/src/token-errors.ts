/** Why a token response was not accepted, in our reasons and without anything that the response held. */
import {
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { AuthError } from './errors.ts'
import { isErrorName } from './flow/3-authorization-response.ts'

/** Gives every failure its reason. What the library caught is not passed on: its causes hold tokens. */
export async function explained<T>(status: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AuthError) throw error
    if (status >= 500) throw new AuthError('provider_unavailable', { expected: '200', got: `${status}` })
    if (error instanceof ResponseBodyError) throw refusedByProvider(error.error)
    if (error instanceof WWWAuthenticateChallengeError) throw refusedByProvider(await errorIn(error.response))
    if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError) {
      const aboutIdToken = /JWT|JWS|ID Token|id_token|verification key|signature/i.test(error.message)
      throw new AuthError(aboutIdToken ? 'id_token_invalid' : 'token_response_invalid', { got: error.message })
    }
    throw new AuthError('token_response_invalid', { got: 'an unreadable answer' })
  }
}

function refusedByProvider(name: string): AuthError {
  const seen = { got: isErrorName(name) ? name : '(an unreadable error)' }
  return new AuthError(name === 'temporarily_unavailable' ? 'provider_unavailable' : 'provider_refused', seen)
}

async function errorIn(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined)
  const name = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  return typeof name === 'string' ? name : 'invalid_client'
}
