/** What was needed lately, kept in memory for so many names; the one that was not needed for longest makes room. */
export interface Recent<Value> {
  get(name: string): Value | undefined
  set(name: string, value: Value): void
}

export function createRecent<Value>(most: number): Recent<Value> {
  /** The longest not needed first. */
  const known = new Map<string, { readonly name: string; readonly value: Value }>()
  return {
    get(name) {
      const found = known.get(name)
      if (found === undefined) return undefined
      known.delete(name)
      known.set(found.name, found)
      return found.value
    },
    set(name, value) {
      // A copy: the name may be a piece of a whole request, which would be kept with it.
      const kept = known.get(name)?.name ?? Buffer.from(name).toString()
      known.delete(name)
      known.set(kept, { name: kept, value })
      const [oldest] = known.size > most ? known.keys() : []
      if (oldest !== undefined) known.delete(oldest)
    },
  }
}

export interface Pace {
  /** Counts one more, if it may be; `now` in seconds, from anywhere. */
  allows(name: string, now: number): boolean
}

/** So many in a minute for each name. */
export function createPace({ mostInAMinute, names = 10_000 }: PaceOptions): Pace {
  const counted = createRecent<{ readonly from: number; readonly count: number }>(names)
  return {
    allows(name, now) {
      const before = counted.get(name)
      // Begun anew, too, when the clock was set back.
      const current = before !== undefined && Math.abs(now - before.from) < minute ? before : { from: now, count: 0 }
      if (current.count >= mostInAMinute) return false
      counted.set(name, { ...current, count: current.count + 1 })
      return true
    },
  }
}

export interface PaceOptions {
  readonly mostInAMinute: number
  readonly names?: number
}

const minute = 60
