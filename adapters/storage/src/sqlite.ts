/** SQLite behind the statements: one connection, group commit, several processes on one file. */
import { setTimeout as delay } from 'node:timers/promises'
import { closing } from './closing.ts'
import { findSchemaVersion, insertSchemaVersion, makeSchemaTable, missingFrom } from './migrations.ts'
import { inPlaces, type PlacedText, withPlaces } from './places.ts'
import type { Answered, Database, Migration, Statement, Step, Values } from './sql.ts'
import { type Connected, type Connection, keepConnected } from './sqlite-connection.ts'
import { isBusy, problemOf, translated } from './sqlite-errors.ts'
import { claimFile } from './sqlite-file.ts'
import { groupCommit, inTransaction, type PlacedStep } from './sqlite-group-commit.ts'
import { findsNothing, refuseUnstorable } from './storable.ts'

export const inMemory = ':memory:'

/** `patience`: milliseconds to wait for another process that writes. */
export async function openSqlite(path: string, patience: number): Promise<Database> {
  if (path !== inMemory) claimFile(path)
  const whileOpening = <Result>(work: () => Result) => untilFree(work, patience).catch(asProblem(path))
  const connected = await whileOpening(() => keepConnected(path))
  const group = groupCommit(connected, patience)
  const { during, refuseClosed, settle } = closing()
  const texts = new Map<string, PlacedText>()
  const textOf = (name: string, text: string): PlacedText => {
    const known = texts.get(name)
    if (known !== undefined) return known
    const made = withPlaces(text, '?')
    texts.set(name, made)
    return made
  }

  const read = <Row>({ name, text }: Statement<Values>, values: Values, how: 'get' | 'all'): Answered<Row> => {
    const placed = textOf(name, text)
    const inOrder = inPlaces(placed, values)
    const get = () => connected.use((connection) => connection.prepare(name, placed.text)[how](...inOrder)) as Row
    refuseClosed()
    try {
      return get()
    } catch (error) {
      if (!isBusy(error)) throw translated(error)
    }
    return during(() => untilFree(get, patience)).catch((error: unknown) => {
      throw translated(error)
    })
  }

  const placedStep = ({ name, text, spends, values }: Step): PlacedStep => {
    refuseUnstorable(values)
    const placed = textOf(name, text)
    return { name, text: placed.text, spends, values: inPlaces(placed, values) }
  }

  return {
    remote: false,
    one: (made, values) => (findsNothing(values) ? undefined : read(made as Statement<Values>, values, 'get')),
    many: (made, values) => (findsNothing(values) ? [] : read(made as Statement<Values>, values, 'all')),
    commit: async (steps) => {
      refuseClosed()
      return group.commit(steps.map(placedStep))
    },
    migrate: (migrations) => whileOpening(() => migrate(connected, migrations)),
    close: async () => {
      await Promise.all([settle(), group.settle()])
      connected.close()
    },
  }
}

/** All missing migrations in one transaction: whoever comes second waits, and then finds nothing missing. */
function migrate(connected: Connected, migrations: readonly Migration[]): void {
  connected.use((connection) => {
    if (hasSchemaTable(connection) && missingFrom(versionOf(connection), migrations).length === 0) return
    inTransaction(connection, () => {
      connection.exec(makeSchemaTable)
      for (const { version, name, migration } of missingFrom(versionOf(connection), migrations)) {
        connection.exec(migration.text)
        const placed = withPlaces(insertSchemaVersion.text, '?')
        connection.prepare(insertSchemaVersion.name, placed.text).run(...inPlaces(placed, { version, name }))
      }
    })
  })
}

const hasSchemaTable = (connection: Connection): boolean =>
  connection.prepare('schema_versions.exists', "select 1 from sqlite_schema where name = 'schema_versions'").get() !==
  undefined

const versionOf = (connection: Connection): number =>
  Number(connection.prepare(findSchemaVersion.name, findSchemaVersion.text).get()?.version ?? 0)

async function untilFree<Result>(work: () => Result, patience: number): Promise<Result> {
  const deadline = performance.now() + patience
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      await delay(10)
    }
  }
}

const asProblem = (path: string) => (error: unknown) => {
  throw problemOf(error, path)
}
