/** The pages' stylesheet, script and icon, below each issuer, with an answer made once. */
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import { assets } from '@symbolon/resource-owner/assets'
import { assetHeaders } from '@symbolon/resource-owner/headers'
import type { HttpRequest, HttpResponse } from './message.ts'

export type FindAsset = (path: string, request: HttpRequest) => HttpResponse | undefined

export function createAssets(issuers: readonly Issuer[]): FindAsset {
  const https = issuers.every(({ url }) => url.startsWith('https:'))
  const answers = new Map(
    issuers.flatMap(({ url }) => {
      const base = new URL(url).pathname.replace(/\/$/, '')
      return [...assets].map(([path, asset]) => [`${base}${path}`, { asset, headers: assetHeaders(asset, https) }])
    }),
  )
  return (path, { method, headers: { 'if-none-match': known } }) => {
    const found = method === 'GET' || method === 'HEAD' ? answers.get(path) : undefined
    if (found === undefined) return undefined
    const { asset, headers } = found
    if (known === asset.etag) return { status: 304, headers, body: '' }
    return { status: 200, headers, body: method === 'HEAD' ? '' : asset.body }
  }
}
