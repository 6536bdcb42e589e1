/**
 * Letters that people take for Latin ones, each with the one that it is taken for. What a compatible form (NFKD) undoes
 * by itself is not here: letters with accents, fullwidth, mathematical, in circles.
 *
 * It is enough to hold names against a few known ones; it is not the whole table of the standard.
 *
 * @see Unicode Technical Standard 39 §4
 */

/** Pairs: the letter that deceives, then what it looks like. */
const foreign = {
  Cyrillic:
    'АaВbЕeЅsІiЈjКkМmНhОoРpСcТtУyХxҮyԚqԜwӀlаaеeоoрpсcуyхxѕsіiјjԁdһhԛqԝwӏlкkмmтtнhвbьbгrпnиuѵvєeүyґrғfқkңhҳxҫcөoԃdҽe',
  Greek: 'ΑaΒbΕeΖzΗhΙiΚkΜmΝnΟoΡpΤtΥyΧxαaβbγyεeηnιiκkνvοoρpσoςsτtυuχxωwϳj',
  Armenian: 'ՏsԼlՍuՕoօoսuոnհhցgյjզqլlրnքp',
  Lisu: 'ꓐbꓑpꓓdꓔtꓖgꓗkꓙjꓚcꓜzꓝfꓟmꓠnꓡlꓢsꓣrꓦvꓧhꓪwꓫxꓬyꓮaꓰeꓲiꓳoꓴu',
}

/** Where capital and small letter look alike but for their size. */
const foreignInAnyCase = {
  Cherokee: 'ᎪaᏴbᏟcᎠdᎬeᏀgᎻhᎫjᏦkᏞlᎷmᏢpᎡrᏒrᏚsᎢtᏙvᎳwᎩyᏃz',
  Coptic: 'ⲀaⲂbⲈeⲎhⲒiⲔkⲘmⲚnⲞoⲢpⲤcⲦtⲨyⲬxⲌz',
}

const latin =
  'ıiǀlɑaɡgłløođdħhŧtƚlɩiɪiᴀaʙbᴄcᴅdᴇeɢgʜhᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsꜰfᴛtᴜuᴠvᴡwʏyᴢzʋvɓbɗdɠgƙkƥpƭtɦhɱmɲnŋnɛeɵoɾrʂsƴyʐzþpƿpɣyƶz'

const pairsOf = (pairs: string): readonly (readonly [string, string])[] =>
  (pairs.match(/../gu) ?? []).map((pair) => [[...pair][0] ?? '', [...pair][1] ?? ''])

const inAnyCase = (pairs: string) =>
  pairsOf(pairs).flatMap(([letter, like]) =>
    [letter, letter.toLowerCase(), letter.toUpperCase()].map((one) => [one, like] as const),
  )

/** Letters in black squares and circles, and of flags, which no form makes plain: 26 in a row each. */
const rows = [0x1_f150, 0x1_f170, 0x1_f1e6].flatMap((first) =>
  Array.from({ length: 26 }, (_, at) => [String.fromCodePoint(first + at), String.fromCharCode(97 + at)] as const),
)

const foreignLetters = new Map([
  ...Object.values(foreign).flatMap(pairsOf),
  ...Object.values(foreignInAnyCase).flatMap(inAnyCase),
])
const letters = new Map([...inAnyCase(latin), ...foreignLetters, ...rows, ['0', 'o'], ['|', 'l']])

/** The Latin letter that this one is taken for; itself when it is taken for none. */
export const likeOf = (letter: string): string => letters.get(letter) ?? letter

const script = (name: string) => `\\p{Script=${name}}`
const listed = ['Latin', ...Object.keys({ ...foreign, ...foreignInAnyCase })].map(script)
const alphabets = listed.map((one) => new RegExp(one, 'u'))

/** Written in one word with Latin letters, and like none of them. */
const eastAsian = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo'].map(script)
const unlisted = new RegExp(`[\\p{L}--[${[...listed, ...eastAsian, script('Common')].join('')}]]`, 'v')
const latinRun = /[\p{Script=Latin}\p{Script=Common}]+/u

/** `Phഠtos`: a letter by itself among Latin ones, of a script that has nobody's look-alikes here. */
const hasStray = (word: string): boolean =>
  /\p{Script=Latin}/u.test(word) &&
  word.split(latinRun).some((run) => [...run].filter((letter) => unlisted.test(letter)).length === 1)

/** A word with letters of two alphabets, of which some stand in for the other's. */
export const isMixed = (word: string): boolean =>
  hasStray(word) ||
  ([...word].some((letter) => foreignLetters.has(letter)) && alphabets.filter((one) => one.test(word)).length > 1)
