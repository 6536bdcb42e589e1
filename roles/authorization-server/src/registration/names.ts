/**
 * The names that clients give themselves: everybody's must be readable as it is, and no stranger's may be taken for this
 * place or for an app that it knows. A name is all that most people look at when they are asked.
 *
 * @see RFC 7591 §5, RFC 6819 §4.4.1.4; Unicode Technical Standard 39 §4 and §5
 */
import { once } from '../once.ts'
import type { Settings } from '../ports/issuer.ts'
import { isMixed, likeOf } from './look-alikes.ts'

const longest = 120

/** Where joiners are part of the script; nowhere else but between the parts of a picture does anybody see them. */
const joining = [
  ...['Arabic', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada'],
  ...['Malayalam', 'Sinhala', 'Khmer'],
].map((name) => `\\p{Script=${name}}`)
const pictured = String.raw`\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F`
const seen = new RegExp(
  String.raw`(?<=[${joining.join('')}]|${pictured})[\u200C\u200D]|(?<=\p{Extended_Pictographic})\uFE0F`,
  'gu',
)

/** Controls, what has no shape of its own, what turns text around, and letters that are nobody's. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u

/** As the eye has it: nothing invisible, no wide gaps, no towers of accents, no letters that are sentences. */
export const isReadable = (name: string): boolean =>
  [name, name.normalize('NFKC')].every(({ length }) => length <= longest) &&
  /[\p{L}\p{N}]/u.test(name) &&
  !unseen.test(name.replaceAll(seen, '')) &&
  !/\p{Zs}{2}|\p{Mn}{5}/u.test(name.normalize('NFC'))

const notWord = /[^\p{L}\p{N}\p{M}]+/u

/** `Tоrrent` with a Cyrillic о: nobody writes so who does not want to be taken for another. */
export const isOfOneAlphabet = (name: string): boolean => !name.normalize('NFKC').split(notWord).some(isMixed)

/** The words of a name as they look: without accents and case, each letter as the Latin one that it is taken for. */
export const wordsOf = (name: string): readonly string[] =>
  Array.from(
    name
      .normalize('NFKD')
      .replaceAll(/[\p{M}&&\p{Script=Inherited}]/gv, '')
      .replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' '),
    likeOf,
  )
    .join('')
    .toLowerCase()
    .replaceAll(/[i1]/g, 'l')
    .split(notWord)
    .map((word) => word.replaceAll('rn', 'm').replaceAll('vv', 'w'))
    .filter((word) => word !== '')

const folded = (name: string): string => wordsOf(name).join('')

/** What this place is called. */
interface Place {
  readonly settings: Pick<Settings, 'name' | 'declaredNames'>
  readonly url: string
}

/** Too short to say anything when it stands within another word. */
const shortest = 5

const knownNames = once(({ name, declaredNames }: Place['settings']) => ({
  own: folded(name),
  apps: declaredNames.map(folded).filter((one) => one !== ''),
}))

/** A host without a dot is this computer, and names nobody. */
const hostOf = (url: string): string => {
  const { hostname = '' } = URL.parse(url) ?? {}
  return /[a-z]/.test(hostname) && hostname.includes('.') ? folded(hostname) : ''
}

/** Exactly what this place is called, however it is written. */
export const isOurs = (name: string, { settings }: Place): boolean => folded(name) === knownNames(settings).own

/** Called so that people take it for this place, or for an app that an administrator brought here. */
export function isTakenForKnown(name: string, { settings, url }: Place): boolean {
  const { own, apps } = knownNames(settings)
  const words = wordsOf(name)
  const text = words.join('')
  const ours = [own, hostOf(url)].filter((one) => one !== '')
  return (
    ours.some((one) => one.length >= shortest && text.includes(one)) ||
    [...ours, ...apps].some((one) => hasRun(words, one))
  )
}

/** Whether words that follow each other are, written as one, the wanted text. */
const hasRun = (words: readonly string[], wanted: string): boolean =>
  words.some((_, from) => isRun(words, from, wanted))

/** Goes no further than the text does: a stranger's name may have hundreds of words. */
function isRun(words: readonly string[], from: number, wanted: string): boolean {
  let read = 0
  for (let at = from; at < words.length && read < wanted.length; at++) {
    const word = words[at] ?? ''
    if (!wanted.startsWith(word, read)) return false
    read += word.length
  }
  return read === wanted.length
}
