/** Dates, times, lists and lengths of time as people of a place write them. */
import { type Child, type Html, html } from '../html.ts'

export interface Formats {
  /** Epoch seconds as a day: "3 March 2026". */
  readonly date: (seconds: number) => Html
  /** With the time and its zone: "3 March 2026 at 14:02 UTC". The script shows it in the reader's own zone. */
  readonly moment: (seconds: number) => Html
  readonly time: (seconds: number) => Html
  /** "a, b and c", whatever a, b and c are. */
  readonly list: (pieces: readonly Child[]) => readonly Child[]
  /** "8 seconds" or "3 minutes", rounded up so that nobody tries too early. */
  readonly wait: (seconds: number) => string
  readonly minutes: (minutes: number) => string
  readonly days: (days: number) => string
}

const styles = {
  date: { dateStyle: 'long' },
  moment: { day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short' },
  time: { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

export function formats(locale: string): Formats {
  const stamp = (style: keyof typeof styles) => {
    const format = new Intl.DateTimeFormat(locale, { ...styles[style], timeZone: 'UTC' })
    return (seconds: number): Html => {
      const at = new Date(seconds * 1000)
      return html`<time datetime="${at.toISOString()}" data-as="${style}">${format.format(at)}</time>`
    }
  }
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })
  const unit = (name: 'second' | 'minute' | 'hour' | 'day') => {
    const format = new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'long' })
    return (count: number): string => format.format(count)
  }
  const [second, minute, hour, day] = [unit('second'), unit('minute'), unit('hour'), unit('day')]
  const minutes = (count: number): string => (count >= 60 && count % 60 === 0 ? hour(count / 60) : minute(count))
  return {
    date: stamp('date'),
    moment: stamp('moment'),
    time: stamp('time'),
    list: (pieces) =>
      list
        .formatToParts(pieces.map((_, index) => String(index)))
        .map((part) => (part.type === 'element' ? pieces[Number(part.value)] : part.value)),
    wait: (seconds) => (seconds > 59 ? minutes(Math.ceil(seconds / 60)) : second(Math.max(1, Math.ceil(seconds)))),
    minutes,
    days: day,
  }
}
