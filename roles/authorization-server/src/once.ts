/**
 * Work that is done once for each object that it follows from, and kept for as long as that object lives.
 *
 * Clients and resources are the same objects until they change, so what their registration decides is worked out once
 * and not for every request. It never has to be forgotten: a change makes a new object.
 */
export function once<From extends WeakKey, Result extends WeakKey>(work: (from: From) => Result) {
  const known = new WeakMap<From, Result>()
  return (from: From): Result => {
    const before = known.get(from)
    if (before !== undefined) return before
    const result = work(from)
    known.set(from, result)
    return result
  }
}
