import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { pages } from '../../docs/generate/pages.ts'

for (const [path, text] of pages())
  it(`docs/${path} is what the tables say (npm run docs)`, () =>
    assert.equal(readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8'), text))
