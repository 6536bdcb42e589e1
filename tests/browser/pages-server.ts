/** A server for the pages alone: each fixture drawn at its own address, with the headers of the real thing. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assets } from '../../roles/resource-owner/src/assets.ts'
import { render } from '../../roles/resource-owner/src/flow/2-user-authorization.ts'
import { assetHeaders, pageHeaders } from '../../roles/resource-owner/src/headers.ts'
import { frame, views } from '../../roles/resource-owner/test/fixtures.ts'

/** The picture of the app that the pages show: twice as wide as high, and larger than its place. */
export const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200"><path fill="red" d="M0 0h400v200H0z"/></svg>'

export interface PagesServer {
  readonly names: readonly string[]
  readonly address: (name: string, locale: string) => string
  /** What forms have sent, newest last: path and parameters. */
  readonly posted: readonly (readonly [path: string, body: URLSearchParams])[]
  readonly close: () => Promise<void>
}

export async function servePages(): Promise<PagesServer> {
  const posted: (readonly [string, URLSearchParams])[] = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://pages.example')
    const asset = assets.get(url.pathname)
    if (asset) return void response.writeHead(200, assetHeaders(asset, false)).end(asset.body)
    if (request.method === 'POST') {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      posted.push([url.pathname, new URLSearchParams(Buffer.concat(chunks).toString())])
      return void response.writeHead(200, { 'content-type': 'text/plain' }).end('received')
    }
    const view = views[url.pathname.slice(1)]
    if (!view) return void response.writeHead(404, { 'content-type': 'text/plain' }).end('not drawn here')
    const drawn = render(view, {
      ...frame,
      issuerUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      here: `${url.pathname}${url.search}`,
      locale: url.searchParams.get('ui_locales') ?? 'en',
      development: url.searchParams.has('development'),
    })
    // A page that leads on by itself would be gone before it is looked at, so it does that only when asked to.
    const refresh = url.searchParams.has('follow') && drawn.refresh !== undefined ? { refresh: drawn.refresh } : {}
    return void response.writeHead(200, { ...pageHeaders({ https: false, ...drawn }), ...refresh }).end(drawn.html)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    names: Object.keys(views),
    address: (name, locale) => `http://127.0.0.1:${port}/${name}?ui_locales=${locale}`,
    posted,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
