/** The load's HTTP: one keep-alive agent with a bounded number of connections, and every answer read whole. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Asked {
  readonly method?: 'GET' | 'POST'
  /** Absolute; only its path is used, the connection goes to loopback. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>> | URLSearchParams
}

export interface Http {
  send(asked: Asked): Promise<Answer>
  close(): void
}

const patience = 20_000

export function openHttp(connections: number): Http {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections })
  return {
    close: () => agent.destroy(),
    send({ method = 'GET', url, headers = {}, form }) {
      const { host, port, pathname, search } = new URL(url)
      const body = form === undefined ? undefined : new URLSearchParams(form).toString()
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      const sent = request(
        {
          agent,
          host: '127.0.0.1',
          port,
          method,
          path: pathname + search,
          timeout: patience,
          headers: {
            host,
            accept: '*/*',
            ...headers,
            ...(body !== undefined && {
              'content-type': 'application/x-www-form-urlencoded',
              'content-length': String(Buffer.byteLength(body)),
            }),
          },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
          response.on('error', reject)
        },
      )
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
      sent.on('error', reject)
      sent.end(body)
      return promise
    },
  }
}

/** An answer that is not what it has to be. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer'
}

export function json(answer: Answer, status = 200): Readonly<Record<string, unknown>> {
  if (answer.status !== status) throw new WrongAnswer(`status ${answer.status}: ${errorOf(answer.body)}`)
  return JSON.parse(answer.body)
}

const errorOf = (body: string): string => /"error":"(\w+)"/.exec(body)?.[1] ?? 'no error named'

export function expect(holds: boolean, what: string): void {
  if (!holds) throw new WrongAnswer(`not as expected: ${what}`)
}
