/** A photo library and its issuer for one test, with tokens for whomever the test wants. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestIssuer, type TestIssuer } from '../../../tests/support/test-issuer.ts'
import { startPhotoLibrary } from '../src/server.ts'

export const audience = 'http://localhost:4100'
export const alice = 'a6Xk2pQ0vLr8'
export const bob = 'b9Wm4tZ1cNs5'
export const everything = 'photos:read photos:download photos:upload'

export interface Library extends AsyncDisposable {
  readonly url: string
  readonly issuer: TestIssuer
  readonly errors: readonly Error[]
  /** Asks as this person, with a token of this scope. */
  readonly ask: (path: string, as: Asking, init?: RequestInit) => Promise<Response>
  /** Ends the library and starts another on the same folder. */
  readonly restart: () => Promise<void>
}

export interface Asking {
  readonly sub: string
  readonly scope?: string
}

export async function openLibrary(): Promise<Library> {
  const issuer = await startTestIssuer()
  const dataFolder = await mkdtemp(join(tmpdir(), 'photo-library-'))
  const errors: Error[] = []
  const people = [
    { sub: alice, username: 'alice' },
    { sub: bob, username: 'bob' },
  ]
  const start = () =>
    startPhotoLibrary({
      port: 0,
      host: '127.0.0.1',
      issuer: issuer.url,
      audience,
      dataFolder,
      people,
      log: (error) => errors.push(error),
    })
  let library = await start()
  return {
    get url() {
      return library.url
    },
    issuer,
    errors,
    async ask(path, { sub, scope = everything }, init = {}) {
      const authorization = `Bearer ${await issuer.token({ audience, scope, claims: { sub } })}`
      return fetch(`${library.url}${path}`, { ...init, headers: { ...init.headers, authorization } })
    },
    async restart() {
      await library.close()
      library = await start()
    },
    async [Symbol.asyncDispose]() {
      await library.close()
      await issuer[Symbol.asyncDispose]()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

export interface ShownPhoto {
  readonly id: string
  readonly title: string
  readonly type: string
  readonly width?: number
  readonly height?: number
  readonly links: { readonly self: string; readonly thumbnail?: string; readonly original: string }
}

export const photosOf = async (response: Response): Promise<readonly ShownPhoto[]> =>
  ((await response.json()) as { photos: readonly ShownPhoto[] }).photos

export const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())
