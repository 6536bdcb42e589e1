/** Whole sentences with places for names, dates and links, so that every language can put them where it wants. */
import type { Child } from '../html.ts'

/** Text and inserted pieces by turns: text at the even places. */
export type Sentence = readonly Child[]

export function say(strings: TemplateStringsArray, ...pieces: readonly Child[]): Sentence {
  return strings.flatMap((text, index): readonly Child[] => (index < pieces.length ? [text, pieces[index]] : [text]))
}

/** The right form for a count: `plural('en')(2, { one: 'app', other: 'apps' })`. */
export function plural(locale: string) {
  const rules = new Intl.PluralRules(locale)
  return (count: number, forms: { readonly one: string; readonly other: string }): string =>
    rules.select(count) === 'one' ? forms.one : forms.other
}
