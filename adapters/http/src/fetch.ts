/** The endpoints as one fetch handler, `Request` to `Response`, for any runtime or framework that has those. */
import { createHandler, type HandlerOptions } from './handle.ts'

export interface FetchHandlerOptions extends HandlerOptions {
  /** Largest body read, in bytes. */
  readonly bodyLimit?: number
}

export type FetchHandler = (request: Request, from?: { readonly remoteAddress?: string }) => Promise<Response>

export function createFetchHandler({ bodyLimit = 65_536, ...options }: FetchHandlerOptions): FetchHandler {
  const handle = createHandler(options)
  return async (request, { remoteAddress = '' } = {}) => {
    const body = await readAtMost(request, bodyLimit)
    if (body === undefined) return Response.json({ error: 'invalid_request' }, { status: 413 })
    const { pathname, search } = new URL(request.url)
    const {
      status,
      headers,
      body: text,
    } = await handle({
      method: request.method,
      target: `${pathname}${search}`,
      headers: Object.fromEntries(request.headers),
      body,
      remoteAddress,
    })
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    )
    // For a text, even an empty one, `Response` would name a type.
    return new Response(text === '' ? null : text, { status, headers: lines })
  }
}

async function readAtMost(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
