/**
 * Records made of rows that are read again and again, made anew only when the row has changed. The row is read from
 * the database each time, so that what is remembered is never what another process has changed since.
 */

type Row = Readonly<Record<string, unknown>>

const mostRemembered = 1_000

/** Of each key the record that was made last. */
export function rememberLast<From extends Row, Made>(
  make: (row: From) => Made,
  keyOf: (row: From) => string,
): (row: From) => Made {
  const remembered = new Map<string, { readonly row: From; readonly made: Made }>()
  return (row) => {
    const key = keyOf(row)
    const last = remembered.get(key)
    if (last !== undefined && isSame(last.row, row)) return last.made
    const made = make(row)
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(key, { row, made })
    return made
  }
}

/** The whole list, as long as no row of it is another. */
export function rememberAll<From extends Row, Made>(
  make: (row: From) => Made,
): (rows: readonly From[]) => readonly Made[] {
  let last: { readonly rows: readonly From[]; readonly made: readonly Made[] } = { rows: [], made: [] }
  return (rows) => {
    const { rows: before } = last
    const same = before.length === rows.length && rows.every((row, at) => isSame(row, before[at]))
    if (!same) last = { rows, made: rows.map(make) }
    return last.made
  }
}

export function isSame(one: Row, other: Row | undefined): boolean {
  for (const column in one) if (one[column] !== other?.[column]) return false
  return true
}
