/** The shop between two stand-ins, and a browser before it. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deflateSync } from 'node:zlib'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { type StandIn, startStandIn } from '../../../roles/client/test/support/stand-in.ts'
import { createPrintShop } from '../src/server.ts'

export const baseUrl = 'http://localhost:4200'

export interface KeptPhoto {
  readonly id: string
  readonly title: string
  readonly width?: number
  readonly original?: Buffer
  readonly thumbnail?: Buffer
}

/** What a test may change of the library. */
export interface LibraryState {
  photos: readonly KeptPhoto[]
  /** Answers in place of the library. */
  instead?: (path: string, method: string) => { readonly status: number; readonly challenge?: string } | undefined
  readonly asked: string[]
  readonly uploads: Buffer[]
}

export interface Surroundings extends AsyncDisposable {
  readonly shop: FastifyInstance
  readonly issuer: StandIn
  readonly library: LibraryState
  readonly logged: readonly Error[]
  readonly closeLibrary: () => Promise<void>
}

export async function openShop(): Promise<Surroundings> {
  const issuer = await startStandIn()
  const library: LibraryState = { photos: [photo('one'), photo('two')], asked: [], uploads: [] }
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request
    library.asked.push(`${method} ${url}`)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const instead = library.instead?.(url, method)
      if (instead?.challenge !== undefined) response.setHeader('www-authenticate', instead.challenge)
      if (instead) return response.writeHead(instead.status).end()
      if (method === 'POST') {
        library.uploads.push(Buffer.concat(chunks))
        return response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
      }
      if (url === '/photos') {
        const photos = library.photos.map(({ id, title, width }) => ({ id, title, width }))
        return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ photos }))
      }
      const [, id, size] = /^\/photos\/([^/]+)\/(thumbnail|original)$/.exec(url) ?? []
      const found = library.photos.find((each) => each.id === id)
      const bytes = size === 'original' ? found?.original : found?.thumbnail
      return bytes ? response.writeHead(200).end(bytes) : response.writeHead(404).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const closeLibrary = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const logged: Error[] = []
  const shop = await createPrintShop({
    port: 0,
    baseUrl,
    issuer: issuer.issuer,
    clientId: 'print-shop',
    clientSecret: 'a secret of the shop',
    secret: randomBytes(32).toString('base64url'),
    photoLibrary: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: (error) => logged.push(error),
  })
  return {
    shop,
    issuer,
    library,
    logged,
    closeLibrary,
    async [Symbol.asyncDispose]() {
      await Promise.all([shop.close(), issuer.stop(), closeLibrary()])
    },
  }
}

export interface Browser {
  readonly cookies: Map<string, string>
  readonly get: (path: string) => Promise<LightMyRequestResponse>
  readonly post: (
    path: string,
    form?: readonly (readonly [string, string])[],
    headers?: Readonly<Record<string, string>>,
  ) => Promise<LightMyRequestResponse>
  /** Through the issuer, where the person allows what it is told to give. */
  readonly signIn: (path?: string) => Promise<LightMyRequestResponse>
}

export function openBrowser({ shop, issuer }: Pick<Surroundings, 'shop' | 'issuer'>): Browser {
  const cookies = new Map<string, string>()
  const send = async (method: 'GET' | 'POST', path: string, more: { payload?: string; headers?: object } = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { accept: 'text/html', 'sec-fetch-site': 'same-origin', cookie, ...more.headers }
    const { pathname, search } = new URL(path, baseUrl)
    const response = await shop.inject({ method, url: `${pathname}${search}`, headers, payload: more.payload ?? '' })
    for (const line of [response.headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (line.includes('Max-Age=0')) cookies.delete(pair.slice(0, at))
      else cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return response
  }
  return {
    cookies,
    get: (path) => send('GET', path),
    post: (path, form = [], headers = {}) =>
      send('POST', path, {
        payload: new URLSearchParams(form.map(([name, value]) => [name, value])).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    async signIn(path = '/api/auth/signin/symbolon?returnTo=/photos') {
      const { headers } = await send('GET', path)
      return send('GET', (await issuer.allow(String(headers.location))).href)
    },
  }
}

export const photo = (id: string, change: Partial<KeptPhoto> = {}): KeptPhoto => ({
  id,
  title: `Photo ${id}`,
  width: 4,
  original: jpeg(),
  thumbnail: jpeg(),
  ...change,
})

/** The head of a JPEG of 4 × 3, and as much behind it as is wanted. */
export const jpeg = (more = 0): Buffer =>
  Buffer.concat([
    Buffer.from('ffd8ffc0001108000300040301110002110103110 1ffd9'.replaceAll(' ', ''), 'hex'),
    Buffer.alloc(more),
  ])

export interface PngChange {
  readonly colours?: number
  readonly interlaced?: number
  readonly data?: Buffer
  readonly width?: number
}

/** A PNG of 2 × 2; the sums of its chunks are left out, since nobody here looks at them. */
export function png({ colours = 2, interlaced = 0, data, width = 2 }: PngChange = {}): Buffer {
  const channels = colours === 6 ? 4 : 3
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(2, 4)
  head.set([8, colours, 0, 0, interlaced], 8)
  const pixels = data ?? deflateSync(Buffer.alloc(2 * (1 + 2 * channels)))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

export function chunk(name: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, Buffer.from(name), data, Buffer.alloc(4)])
}

/** How many pages and pictures a PDF has, once it is whole. */
export function readPdf(pdf: Buffer): { readonly pages: number; readonly images: number } {
  const text = pdf.toString('latin1')
  const start = Number(/startxref\n(\d+)\n%%EOF\s*$/.exec(text)?.[1] ?? Number.NaN)
  if (!text.startsWith('%PDF-') || text.slice(start, start + 4) !== 'xref') throw new Error('no whole PDF')
  const count = (pattern: RegExp) => [...text.matchAll(pattern)].length
  return { pages: count(/\/Type \/Page\b/g), images: count(/\/Subtype \/Image\b/g) }
}
