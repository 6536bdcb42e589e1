/** Fetching a JSON object from the issuer: no redirects, bounded in time and size. */
import { clear } from '@symbolon/protocol/evidence'
import { GuardError } from './errors.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const mostBytes = 512 * 1024
const patience = 5_000

/** @throws GuardError `issuer_unavailable`, for everything but a 200 with a JSON object. */
export async function fetchJson(
  fetch: Fetch,
  url: string,
  init: RequestInit = {},
): Promise<Readonly<Record<string, unknown>>> {
  const wrong = (got: string, cause?: unknown) =>
    new GuardError('issuer_unavailable', {
      expected: clear(`200 and a JSON object from ${url}`),
      got: clear(got),
      ...(cause !== undefined && { cause }),
    })
  let response: Response
  let text: string | undefined
  try {
    response = await fetch(url, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
    text = await read(response)
  } catch (cause) {
    throw wrong('no answer', cause)
  }
  if (response.status !== 200) throw wrong(String(response.status))
  if (text === undefined) throw wrong(`more than ${mostBytes} bytes`)
  const value = parseObject(text)
  if (!value) throw wrong('something else')
  return value
}

export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

async function read(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > mostBytes) return undefined
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}
