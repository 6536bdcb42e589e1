/**
 * What an authorization request can ask for, and how the answer travels back.
 *
 * @see OAuth 2.0 Multiple Response Types §2.1, §3 to §5, RFC 6749 §3.1.1
 * @see OAuth 2.0 Form Post Response Mode §2, JARM §2.3
 */
export const responseTypes = [
  'code',
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
  'token',
  'none',
] as const

export type ResponseType = (typeof responseTypes)[number]

/** What an answer of this type holds. */
export interface Contents {
  readonly code: boolean
  readonly idToken: boolean
  readonly accessToken: boolean
}

const contents = new Map<string, Contents>(
  responseTypes.map((type) => {
    const words = type.split(' ')
    const has = { code: words.includes('code'), idToken: words.includes('id_token') }
    return [type, { ...has, accessToken: words.includes('token') }]
  }),
)

const nothing: Contents = { code: false, idToken: false, accessToken: false }

export const contentsOf = (type: ResponseType): Contents => contents.get(type) ?? nothing

/** The type with these words; their order says nothing (RFC 6749 §3.1.1). */
export function responseTypeOf(text: string): ResponseType | undefined {
  const sorted = text.includes(' ') ? text.split(' ').sort().join(' ') : text
  return contents.has(sorted) ? (sorted as ResponseType) : undefined
}

/** The parts of the message in which an answer travels. */
export type Carrier = 'query' | 'fragment' | 'form_post'

/** With `.jwt` the parameters travel in one that is signed. */
export const responseModes = ['query', 'fragment', 'form_post', 'query.jwt', 'fragment.jwt', 'form_post.jwt'] as const

export type ResponseMode = (typeof responseModes)[number]

/** What a request may say: `jwt` is the default mode of its response type, signed (JARM §2.3.4). */
export const responseModesAsked: readonly string[] = [...responseModes, 'jwt']

/** What comes from the authorization endpoint itself stays out of servers' logs (Multiple Response Types §5). */
export function defaultModeOf(type: ResponseType | undefined): 'query' | 'fragment' {
  const { idToken, accessToken } = type === undefined ? nothing : contentsOf(type)
  return idToken || accessToken ? 'fragment' : 'query'
}

/** The mode that is asked for, by name or by leaving it out; `undefined` for one that is none. */
export function responseModeOf(asked: string | undefined, type: ResponseType | undefined): ResponseMode | undefined {
  if (asked === undefined) return defaultModeOf(type)
  if (asked === 'jwt') return `${defaultModeOf(type)}.jwt`
  return responseModes.find((mode) => mode === asked)
}

const carriers: Readonly<Record<ResponseMode, Carrier>> = {
  query: 'query',
  fragment: 'fragment',
  form_post: 'form_post',
  'query.jwt': 'query',
  'fragment.jwt': 'fragment',
  'form_post.jwt': 'form_post',
}

export const carrierOf = (mode: ResponseMode): Carrier => carriers[mode]

export const isSigned = (mode: ResponseMode): boolean => mode.endsWith('.jwt')
