/** An app of a test, listening on loopback under the name people would type. */
import { createServer, type RequestListener } from 'node:http'

export interface Listening {
  readonly url: string
  close(): Promise<void>
}

export async function listen(port: number, app: RequestListener): Promise<Listening> {
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve))
  return {
    url: `http://localhost:${port}`,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
