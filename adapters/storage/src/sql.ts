/** What SQLite and PostgreSQL both implement, and all that the statements know of either. */

/** A value both databases store alike: times are epoch seconds, lists are JSON text, yes and no are 1 and 0. */
export type Value = string | number | null
export type Values = Readonly<Record<string, Value>>

declare const takes: unique symbol
declare const gives: unique symbol

/** One SQL text with `:named` parameters, typed by what it takes and the row it gives back. */
export interface Statement<Takes extends Values, Row = unknown> {
  readonly name: string
  readonly text: string
  /** It can happen once: it returns a row when it did, and no row when it could not, which undoes the whole commit. */
  readonly spends: boolean
  /** It changes nothing: it finds its row as it was read, and keeps it so until the commit is over. */
  readonly holds?: boolean
  readonly [takes]?: (values: Takes) => void
  readonly [gives]?: Row
}

export const statement = <Takes extends Values, Row = never>(name: string, text: string): Statement<Takes, Row> => ({
  name,
  text,
  spends: false,
})

/** A statement that ends in `returning 1 as spent`. */
export const spending = <Takes extends Values>(name: string, text: string): Statement<Takes, never> => ({
  name,
  text,
  spends: true,
})

/** A `select 1 as spent` of the row that a decision rests on: gone or changed, it undoes the whole commit. */
export const holding = <Takes extends Values>(name: string, text: string): Statement<Takes, never> => ({
  name,
  text,
  spends: true,
  holds: true,
})

/** One statement of a commit with its values. */
export interface Step {
  readonly name: string
  readonly text: string
  readonly spends: boolean
  readonly holds?: boolean
  readonly values: Values
}

export const step = <Takes extends Values>(made: Statement<Takes>, values: NoInfer<Takes>): Step => ({
  name: made.name,
  text: made.text,
  spends: made.spends,
  ...(made.holds && { holds: true }),
  values,
})

/** `lost` is the place in the commit of the spending step that returned no row. */
export type Outcome = { readonly lost: undefined; readonly changes: number } | { readonly lost: number }

/** At once where the database is in this process: a promise for each read would cost half as much as the read. */
export type Answered<Found> = Found | Promise<Found>

/** Reads see what is committed. Each throws or rejects with `StorageUnavailable` when the database can't answer. */
export interface Sql {
  /** Whether each read is a round trip, so that those who want the same had better share it. */
  readonly remote: boolean
  one<Takes extends Values, Row>(statement: Statement<Takes, Row>, values: NoInfer<Takes>): Answered<Row | undefined>
  many<Takes extends Values, Row>(statement: Statement<Takes, Row>, values: NoInfer<Takes>): Answered<readonly Row[]>
  /** All steps or none. */
  commit(steps: readonly Step[]): Promise<Outcome>
}

export interface Database extends Sql {
  /** Runs the migrations that are missing, all or none, one process at a time. */
  migrate(migrations: readonly Migration[]): Promise<void>
  /** Waits for the commits under way. */
  close(): Promise<void>
}

export interface Migration {
  readonly name: string
  /** One or more statements, ended with semicolons, that both databases understand. */
  readonly text: string
}

/** The same for one issuer: every statement gets its `issuer_id`, so none can forget it. */
export const scopedTo = (sql: Sql, issuer: string): Sql => ({
  remote: sql.remote,
  one: (made, values) => sql.one(made, { ...values, issuer_id: issuer }),
  many: (made, values) => sql.many(made, { ...values, issuer_id: issuer }),
  commit: (steps) => sql.commit(steps.map((each) => ({ ...each, values: { ...each.values, issuer_id: issuer } }))),
})
