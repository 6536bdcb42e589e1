/** The SQL itself: one text for both databases, and every one held to an issuer. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { migrations } from '../src/migrations.ts'
import { toPostgres } from '../src/postgres-text.ts'
import type { Statement, Values } from '../src/sql.ts'

const folder = new URL('../src/statements/', import.meta.url)

const isStatement = (value: unknown): value is Statement<Values> =>
  typeof value === 'object' && value !== null && 'text' in value && 'name' in value && 'spends' in value

const modules = await Promise.all(readdirSync(folder).map((file) => import(new URL(file, folder).href)))
const exported = modules.flatMap((module: object) => Object.values(module))
const statements = exported.flatMap((value) =>
  isStatement(value) ? [value] : Array.isArray(value) ? value.map((each) => each.statement).filter(isStatement) : [],
)
const parameters = (text: string) => [...text.matchAll(/:([a-z]\w*)/g)].map(([, name]) => name)

describe('the statements', () => {
  it('are found by this test', () => assert(statements.length > 60))

  it('have each a name of its own, short enough for PostgreSQL', () => {
    const names = statements.map(({ name }) => name)
    assert.deepEqual(names, [...new Set(names)])
    assert.deepEqual(
      names.filter((name) => name.length > 63),
      [],
    )
  })

  for (const { name, text, spends, holds } of statements) {
    it(`${name} is the same text on both databases`, () => {
      // No literal, cast, comment or operator of one database only; every colon and question mark is a parameter's.
      const bare = text.replaceAll(/:[a-z]\w*/g, '')
      assert.doesNotMatch(
        bare,
        /[:?$@"'`]|--|\/\*|->|\b(cast|ilike|glob|json_\w+|now|random|least|greatest|or replace|true|false)\b/i,
      )
      assert.doesNotMatch(text, /select\s+\*/i)
      const { text: numbered } = toPostgres(text)
      assert.equal(numbered.replaceAll(/\$\d+/g, ''), bare)
      assert.equal(new Set(numbered.match(/\$\d+/g)).size, new Set(parameters(text)).size)
    })

    it(`${name} ${spends ? 'says whether it happened' : 'does not spend'}`, () => {
      assert.equal((holds ? /^select 1 as spent from / : /returning 1 as spent$/).test(text), spends)
    })
  }

  it('all name the issuer, but for the sweeps and the list of issuers itself', () => {
    const without = statements.filter(({ text }) => !text.includes(':issuer_id')).map(({ name }) => name)
    assert.deepEqual(
      without.filter((name) => !name.endsWith('.sweep')),
      ['logout_deliveries.announce_expired', 'session_clients.expired_is_announced', 'issuers.find'],
    )
  })

  it('sweep each table that has an expiry, but for nothing else', () => {
    const dropped = migrations.flatMap(({ text }) => [...text.matchAll(/drop table (\w+);/g)].map(([, name]) => name))
    const tables = migrations
      .flatMap(({ text }) => [...text.matchAll(/create table (\w+) \(([^;]*)\);/g)])
      .filter(([, name]) => !dropped.includes(name))
    const expiring = tables.filter(([, , columns = '']) => /\bexpires_at\b/.test(columns)).map(([, name]) => name)
    const swept = statements.flatMap(({ name }) => (name.endsWith('.sweep') ? [name.slice(0, -'.sweep'.length)] : []))
    assert.deepEqual(swept.sort(), expiring.sort())
    for (const [, name = '', columns = ''] of tables) {
      if (name !== 'issuers') assert.match(columns, /primary key \(issuer_id, /, name)
    }
  })
})

describe('toPostgres', () => {
  it('numbers each name once', () => {
    const { text, valuesOf } = toPostgres('a = :x and b = :y_1 and c = :x')
    assert.equal(text, 'a = $1 and b = $2 and c = $1')
    assert.deepEqual(valuesOf({ x: 1, y_1: null, unused: 3 }), [1, null])
  })

  it('refuses to leave a name without a value', () => {
    assert.throws(() => toPostgres('a = :x').valuesOf({ y: 1 }), TypeError)
  })
})
