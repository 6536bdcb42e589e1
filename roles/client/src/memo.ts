/** Results of work that many may ask for at once and that must be done once; kept for a while for the late ones. */
export class Memo<T> {
  readonly #kept = new Map<string, { readonly result: Promise<T>; until: number }>()
  readonly #milliseconds: number
  readonly #most: number

  constructor({ milliseconds, most = 10_000 }: { readonly milliseconds: number; readonly most?: number }) {
    this.#milliseconds = milliseconds
    this.#most = most
  }

  /** Runs `work` unless its result is still kept. A failure is handed to all who wait for it, and forgotten. */
  async run(key: string, work: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key)
    if (kept && kept.until > performance.now()) return kept.result
    const result = work()
    this.#keep(key, result)
    try {
      const value = await result
      const own = this.#kept.get(key)
      if (own?.result === result) own.until = performance.now() + this.#milliseconds
      return value
    } catch (error) {
      if (this.#kept.get(key)?.result === result) this.#kept.delete(key)
      throw error
    }
  }

  get(key: string): Promise<T> | undefined {
    const kept = this.#kept.get(key)
    return kept && kept.until > performance.now() ? kept.result : undefined
  }

  #keep(key: string, result: Promise<T>): void {
    this.#kept.delete(key)
    this.#kept.set(key, { result, until: Number.POSITIVE_INFINITY })
    const now = performance.now()
    for (const [each, { until }] of this.#kept) {
      if (until > now && this.#kept.size <= this.#most) break
      this.#kept.delete(each)
    }
  }
}
