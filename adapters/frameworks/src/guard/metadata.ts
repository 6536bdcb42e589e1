/** The protected resource's metadata as an HTTP answer, the same for every framework (RFC 9728 §3.2). */
import type { Guard } from '@symbolon/resource-server'

export interface MetadataAnswer {
  readonly status: 200 | 204 | 405
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Anyone may read it, from any web page: it is how a client learns whom to ask for a token (RFC 10017 §6.3.3.4). */
const everyone = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET',
  'access-control-allow-headers': '*',
}

export function answerMetadata(guard: Guard, method: string | undefined): MetadataAnswer {
  if (method === 'OPTIONS') return { status: 204, headers: everyone, body: '' }
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, headers: { ...everyone, allow: 'GET, HEAD, OPTIONS' }, body: '' }
  return {
    status: 200,
    headers: { ...everyone, 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
    body: JSON.stringify(guard.metadata()),
  }
}
