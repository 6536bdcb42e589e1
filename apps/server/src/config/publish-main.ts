/** Writes the published schema and the documentation's tables: `node apps/server/src/config/publish-main.ts`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { withTables, writtenSchema } from './publish.ts'

const docs = new URL('../../../../docs/', import.meta.url)
const page = new URL('configuration.md', docs)

writeFileSync(new URL('schema/symbolon-config.json', docs), writtenSchema())
writeFileSync(page, withTables(readFileSync(page, 'utf8')))
