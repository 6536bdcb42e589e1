/** Values between records and rows: lists, free text and yes or no. */

/** JSON can hold any string, U+0000 too: for lists, objects, and texts that strangers send us. */
export const json = (value: unknown): string => JSON.stringify(value)

/** What `json` wrote; the type is the caller's word, who wrote it. */
export const parsed = <T>(text: string): T => JSON.parse(text)

export const parsedOrNull = <T>(text: string | null): T | null => (text === null ? null : parsed(text))

export const jsonOrNull = (value: unknown): string | null => (value === null ? null : json(value))

export const flag = (value: boolean): number => Number(value)

export const isFlag = (value: number): boolean => value === 1

/** A list of columns of a joined table, each under a name of its own: `g.flow as grant_flow`. */
export const joined = (table: string, prefix: string, columns: readonly string[]): string =>
  columns.map((column) => `${table}.${column} as ${prefix}${column}`).join(', ')

/** The part of a joined row that `joined` named, under the columns' own names. */
export const partOf = <Row>(row: Readonly<Record<string, unknown>>, prefix: string, columns: readonly string[]): Row =>
  Object.fromEntries(columns.map((column) => [column, row[`${prefix}${column}`]])) as Row
