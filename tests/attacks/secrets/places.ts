/** Where in a request a secret can stand, rightly or by mistake. */
import { request as open } from 'node:http'

export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Place {
  readonly name: string
  /** Taken for something that anybody may read: only what looks drawn at random is kept out of the record there. */
  readonly isPublic?: boolean
  readonly put: (request: Sent, secret: string) => Sent
}

const encode = (text: string) => encodeURIComponent(text)
const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const inQuery = (more: string, { path, ...rest }: Sent): Sent => ({
  ...rest,
  path: `${path}${path.includes('?') ? '&' : '?'}${more}`,
})
const inBody = (more: string, { body, headers, ...rest }: Sent): Sent => ({
  ...rest,
  method: 'POST',
  headers: { ...formType, ...headers },
  body: body === '' ? more : `${body}&${more}`,
})
const inHeader = (name: string, value: string, { headers, ...rest }: Sent): Sent => ({
  ...rest,
  headers: { ...headers, [name]: Buffer.from(value).toString('latin1') },
})

/** Parameters that hold a secret, or might be taken for one that does. */
const parameters = [
  ...[
    'code',
    'token',
    'refresh_token',
    'access_token',
    'id_token_hint',
    'client_secret',
    'client_assertion',
    'password',
  ],
  ...['username', 'assertion', 'code_verifier', 'code_challenge', 'state', 'nonce', 'csrf', 'request', 'request_uri'],
  ...['login_hint', 'login', 'decision', 'claims', 'session', 'post_logout_redirect_uri', 'something_else'],
]

/** Public by what they are: what they say is kept for those who look for a mistake. */
const publicParameters = ['client_id', 'scope', 'redirect_uri', 'grant_type', 'resource', 'prompt', 'ui_locales', 'iss']

const headers = [
  ...['user-agent', 'referer', 'origin', 'accept', 'accept-language', 'x-forwarded-for', 'x-request-id', 'dpop'],
  ...['cookie', 'authorization', 'content-type', 'if-none-match', 'traceparent', 'access-control-request-headers'],
]

export const places: readonly Place[] = [
  ...[...parameters, ...publicParameters].flatMap((name) => {
    const isPublic = publicParameters.includes(name)
    const put = (add: typeof inQuery) => (request: Sent, secret: string) => add(`${name}=${encode(secret)}`, request)
    return [
      { name: `query ${name}`, isPublic, put: put(inQuery) },
      { name: `body ${name}`, isPublic, put: put(inBody) },
    ]
  }),
  ...['query', 'body'].flatMap((where) => {
    const add = where === 'query' ? inQuery : inBody
    return [
      { name: `${where}, as a name`, put: (request: Sent, secret: string) => add(`${encode(secret)}=1`, request) },
      {
        name: `${where}, as a name twice`,
        put: (request: Sent, secret: string) => add(`${encode(secret)}=1&${encode(secret)}=2`, request),
      },
      { name: `${where}, not encoded`, put: (request: Sent, secret: string) => add(`code=${raw(secret)}`, request) },
      {
        name: `${where}, encoded twice`,
        put: (request: Sent, secret: string) => add(`token=${encode(encode(secret))}`, request),
      },
      {
        name: `${where}, in base64`,
        put: (request: Sent, secret: string) => add(`token=${encode(btoa(encode(secret)))}`, request),
      },
      {
        name: `${where}, doubled`,
        put: (request: Sent, secret: string) => add(`code=${encode(secret)}&code=${encode(secret)}`, request),
      },
    ]
  }),
  ...headers.map((name) => ({
    name: `header ${name}`,
    put: (request: Sent, secret: string) => inHeader(name, secret, request),
  })),
  {
    name: 'header authorization, as a bearer token',
    put: (request, secret) => inHeader('authorization', `Bearer ${secret}`, request),
  },
  ...(['web:', ''] as const).map((user) => ({
    name: `header authorization, as basic ${user === '' ? 'user' : 'password'}`,
    isPublic: user === '',
    put: (request: Sent, secret: string) => {
      const pair = user === '' ? `${encode(secret)}:x` : `${user}${encode(secret)}`
      return inHeader('authorization', `Basic ${btoa(pair)}`, request)
    },
  })),
  ...['browser', 'session', 'symbolon_browser'].map((name) => ({
    name: `cookie ${name}`,
    put: (request: Sent, secret: string) =>
      inHeader('cookie', `${name}=${encode(secret)}; ${encode(secret)}=x`, request),
  })),
  { name: 'path', put: (request, secret) => ({ ...request, path: `/${encode(secret)}` }) },
  { name: 'path of a page', put: (request, secret) => ({ ...request, path: `/i/${encode(secret)}/sign-in` }) },
  { name: 'path of an app', put: (request, secret) => ({ ...request, path: `/account/apps/${encode(secret)}` }) },
  {
    name: 'body of another type',
    put: (request, secret) => ({
      ...inHeader('content-type', 'application/json', request),
      method: 'POST',
      body: JSON.stringify({ code: secret }),
    }),
  },
]

/** Whoever forgets to encode still sends something that HTTP can carry. */
const raw = (secret: string) => secret.replaceAll(/[^\x21-\x7e]/g, '+')

export interface Heard {
  readonly status: number
  readonly head: string
  readonly body: string
}

export const send = (at: URL, { method, path, headers, body }: Sent): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const outgoing = open({
      ...{ host: at.hostname, port: at.port, method, path },
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    })
    outgoing.on('error', reject).on('response', (incoming) => {
      const parts: Buffer[] = []
      incoming
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () => {
          const body = Buffer.concat(parts).toString()
          resolve({ status: incoming.statusCode ?? 0, head: incoming.rawHeaders.join('\n'), body })
        })
    })
    outgoing.end(body)
  })
