/** Which languages there are, and which of them serves a person best. */
import { de } from './de.ts'
import { en, type Words } from './en.ts'
import { type Formats, formats } from './formats.ts'
import { pseudo } from './pseudo.ts'

export interface Language {
  /** What `lang` says: `de`. */
  readonly tag: string
  /** What the person asked for, for dates and numbers: `de-AT`. */
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly words: Words
  readonly formats: Formats
}

interface Entry {
  readonly tag: string
  readonly name: string
  readonly direction: 'ltr' | 'rtl'
  readonly words: Words
  /** How dates are written when no region is asked for. */
  readonly locale: string
}

/** The languages offered in the footer, by their own names. */
export const languages: readonly Entry[] = [
  { tag: 'en', name: 'English', direction: 'ltr', words: en, locale: 'en-GB' },
  { tag: 'de', name: 'Deutsch', direction: 'ltr', words: de, locale: 'de-DE' },
]

const forTests: Entry = { tag: 'en-XA', name: 'Ĺöñĝ', direction: 'ltr', words: pseudo, locale: 'en-GB' }

const made = new Map<string, Language>()

function language(entry: Entry, locale: string): Language {
  const known = made.get(locale)
  if (known) return known
  const { tag, direction, words } = entry
  const fresh: Language = { tag, locale, direction, words, formats: formats(locale) }
  if (made.size < 100) made.set(locale, fresh)
  return fresh
}

/** The best language for what a person prefers, first wish first; English when nothing fits. */
export function choose(locales: readonly string[]): Language {
  for (const locale of locales) {
    if (locale.toLowerCase() === 'en-xa') return { ...language(forTests, forTests.locale), tag: 'en-XA', words: pseudo }
    const wanted = parsed(locale)
    const entry = wanted && languages.find(({ tag }) => tag === wanted.language)
    if (entry) return language(entry, wanted.region ? `${wanted.language}-${wanted.region}` : entry.locale)
  }
  return language(languages[0] as Entry, 'en-GB')
}

function parsed(locale: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(locale)
  } catch {
    return undefined
  }
}
