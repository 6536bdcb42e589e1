/** The stylesheet, the scripts and the icon, each under an address that changes with its content. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export interface Asset {
  readonly body: string
  readonly type: string
  readonly etag: string
}

function asset(file: string, type: string): readonly [path: string, asset: Asset] {
  const body = readFileSync(new URL(file, import.meta.url), 'utf8')
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 12)
  return [`/assets/${file.replace('.', `-${hash}.`)}`, { body, type, etag: `"${hash}"` }]
}

const theme = asset('theme.css', 'text/css; charset=utf-8')
const script = asset('pages.js', 'text/javascript; charset=utf-8')
const submit = asset('submit.js', 'text/javascript; charset=utf-8')
const icon = asset('icon.svg', 'image/svg+xml')

/** By path below the issuer. An address never changes its content: it can be kept for a year. */
export const assets: ReadonlyMap<string, Asset> = new Map([theme, script, submit, icon])

export const themePath = theme[0]
export const scriptPath = script[0]
export const submitPath = submit[0]
export const iconPath = icon[0]
