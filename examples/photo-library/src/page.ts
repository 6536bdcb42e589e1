/** The page for a person who opens the library's address in a browser: what this is, and what it gives to whom. */
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { scopes } from './routes.ts'

const shape =
  'M5 4h22a3 3 0 0 1 3 3v18a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3Zm0 3v14.4l6.3-7.2a1 1 0 0 1 1.5 0l5.1 5.9 2.6-2.7a1 1 0 0 1 1.5.1l5 5.8V7Zm17 2a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z'

const mark = `<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="${shape}" fill-rule="evenodd"/></svg>`

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><style>path{fill:#2449c8}@media (prefers-color-scheme:dark){path{fill:#a9bfff}}</style><path d="${shape}" fill-rule="evenodd"/></svg>`

const theme = readFileSync(new URL('theme.css', import.meta.url), 'utf8')

export function addPage(app: FastifyInstance, facts: { readonly issuer: string; readonly audience: string }): void {
  const page = render(facts)
  const headers = {
    'content-security-policy':
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'same-origin',
    'cache-control': 'no-cache',
  }
  app.get('/', async (_request, reply) => reply.headers(headers).type('text/html; charset=utf-8').send(page))
  for (const [path, type, text] of [
    ['/theme.css', 'text/css; charset=utf-8', theme],
    ['/icon.svg', 'image/svg+xml', icon],
  ] as const)
    app.get(path, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=300').type(type).send(Buffer.from(text)),
    )
}

const gives: Readonly<Record<keyof typeof scopes, string>> = {
  'photos:read': 'The list of photos, and a small preview of each.',
  'photos:download': 'A photo as it was taken, large enough to print.',
  'photos:upload': 'A new picture or PDF of up to 25 MB. It can’t change or delete any.',
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const safe = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? '')

function render({ issuer, audience }: { readonly issuer: string; readonly audience: string }): string {
  const at = safe(audience.replace(/\/$/, ''))
  const rows = Object.entries(scopes).map(
    ([scope, words]) =>
      `<div><dt>${safe(words)} <code>${safe(scope)}</code></dt><dd>${gives[scope as keyof typeof scopes]}</dd></div>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Photo library</title><link rel="stylesheet" href="/theme.css"><link rel="icon" href="/icon.svg" type="image/svg+xml"></head>
<body><main>
${mark}
<h1>Photos, kept for their owners</h1>
<p class="lead">This library hands a person’s photos to an app only if that person allowed it, and only what they allowed. It never sees a password: people sign in at <a href="${safe(issuer)}">${safe(issuer)}</a>.</p>
<div class="strip" aria-hidden="true">${skies.map(sketch).join('')}</div>
<h2>What an app can be allowed</h2>
<dl>${rows.join('')}</dl>
<h2>How an app asks</h2>
<p>With an access token for this library, in the header of each request:</p>
<pre><code>curl ${at}/photos -H "Authorization: Bearer $TOKEN"</code></pre>
<p>Without one, the answer says what is needed and where to get it, as <a href="/.well-known/oauth-protected-resource">the library’s metadata</a> does too.</p>
</main></body></html>
`
}

const skies = [
  ['#f2a65a', '#6b4a6e', '#2f2a4a'],
  ['#9cc9e8', '#6f93ad', '#34556b'],
  ['#f4d9a8', '#c98a4b', '#7d4a2b'],
  ['#1c2f57', '#37568a', '#0d1830'],
] as const

const sketch = ([sky, far, near]: (typeof skies)[number], at: number): string =>
  `<svg viewBox="0 0 60 40"><path fill="${sky}" d="M0 0h60v40H0z"/><circle cx="${16 + at * 9}" cy="${13 - at}" r="5" fill="#fff" opacity=".75"/><path fill="${far}" d="M0 ${29 - at}l14-9 10 7 ${12 + at}-12 ${24 - at} 15v10H0z"/><path fill="${near}" d="M0 34q15-${8 - at} 30-2t30-3v11H0z"/></svg>`
