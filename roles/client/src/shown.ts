/** A value of somebody else as an error may show it: short, and never by a method that the value brings along. */
export const shown = (value: unknown): string =>
  (typeof value === 'string' ? value : value === undefined ? 'none' : (JSON.stringify(value) ?? 'none')).slice(0, 200)
