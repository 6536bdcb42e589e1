/** The tests' own PostgreSQL: what the other tests lean on. */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import { sharedPostgres, startPostgres } from './postgres.ts'

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

describe('a real PostgreSQL for tests', () => {
  it('gives every caller a fresh database', async () => {
    const server = await sharedPostgres()
    const [first, second] = await Promise.all([server.createDatabase(), server.createDatabase()])
    await query(first, 'create table only_here (id integer)')
    assert.deepEqual(await query(second, "select to_regclass('only_here') as found"), [{ found: null }])
  })

  for (const mode of ['fast', 'immediate', 'kill'] as const) {
    it(`keeps what was committed across stop('${mode}') and start`, async () => {
      await using server = await startPostgres()
      const url = await server.createDatabase()
      await query(url, 'create table kept (id integer); insert into kept values (7)')
      await server.stop(mode)
      await assert.rejects(query(url, 'select 1'), { code: 'ECONNREFUSED' })
      await server.start()
      assert.deepEqual(await query(url, 'select id from kept'), [{ id: 7 }])
    })
  }

  it('ends with the process that started it, even one that is killed', async () => {
    const program = `
      const { startPostgres } = await import(${JSON.stringify(import.meta.resolve('./postgres.ts'))})
      const server = await startPostgres()
      process.send({ pid: server.pid })
      setInterval(() => {}, 1000)`
    const child = fork('-', { execArgv: ['--input-type=module', '--eval', program], stdio: 'ignore' })
    const [{ pid }] = await once(child, 'message')
    const keeperGone = waitUntilGone(pid)
    child.kill('SIGKILL')
    await keeperGone
  })
})

/** Nothing tells a stranger that a process ended, so this asks; the runner's time limit bounds it. */
async function waitUntilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
