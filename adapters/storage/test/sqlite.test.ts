/** The contract on SQLite, in a file and in memory. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { contract } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'symbolon-storage-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

contract({ name: 'a SQLite file', fresh: async () => `sqlite:${join(folder, `${++files}.db`)}`, shared: true })
contract({ name: 'memory', fresh: async () => 'memory', shared: false })
