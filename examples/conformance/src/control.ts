/** What an operator does while a module waits, by one request on loopback: `POST /rotate-keys`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { rotateKeys } from '@symbolon/authorization-server/keys/lifecycle'
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'

export interface Control {
  readonly url: string
  close(): Promise<void>
}

/** The server reads its keys again every few seconds, and a key that was made begins to sign after ten. */
const betweenLooks = 100
const looks = 200

/** New keys, also where those of the last time do not sign yet: these are waited for. */
async function rotated(issuer: Issuer): Promise<readonly string[]> {
  for (let look = 0; look < looks; look++) {
    const made = await rotateKeys(issuer, { force: true })
    if (made.length > 0) return made
    await wait(betweenLooks)
  }
  throw new Error('the keys of the last time do not sign yet')
}

async function arePublished({ keys }: Issuer, made: readonly string[]): Promise<boolean> {
  const { keys: shown } = await keys.published()
  return made.every((kid) => shown.some((key) => key.kid === kid))
}

export async function startControl(issuer: Issuer, port: number): Promise<Control> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
    if (request.url !== '/rotate-keys') return answer(404, { error: 'there is only /rotate-keys' })
    if (request.method !== 'POST') return answer(405, { error: 'send it with POST' })
    try {
      const made = await rotated(issuer)
      for (let look = 0; look < looks && !(await arePublished(issuer, made)); look++) await wait(betweenLooks)
      return answer(200, { made, signsIn: issuer.settings.jwksCache })
    } catch (error) {
      return answer(500, { error: error instanceof Error ? error.message : 'unknown' })
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
