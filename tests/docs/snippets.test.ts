/** What the documents show compiles: every TypeScript block of them, against the packages as they are. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../..')
const documents = [
  'README.md',
  ...globSync('{docs,roles,adapters,apps}/**/*.md', { cwd: root, exclude: (path) => path.includes('node_modules') }),
]

const snippets = documents.flatMap((document) =>
  [...readFileSync(join(root, document), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], at) => ({
    name: `${document.replaceAll(/[^a-z]/gi, '-')}-${at + 1}.ts`,
    code,
  })),
)

it(`type-checks ${snippets.length} snippets of the documents`, async () => {
  assert.ok(snippets.length >= 2)
  const folder = mkdtempSync(join(import.meta.dirname, 'snippets-'))
  try {
    for (const { name, code } of snippets) writeFileSync(join(folder, name), `${code}\nexport {}\n`)
    const options = {
      extends: '../../../tsconfig.json',
      include: ['*.ts'],
      exclude: [],
      compilerOptions: { noUnusedLocals: false },
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = await promisify(execFile)(process.execPath, [compiler, '--noEmit', '-p', folder]).catch(
      (error: { stdout: string }) => error,
    )
    assert.equal(stdout, '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
