/** Names and addresses inside sentences. */
import { type Child, type Html, html } from '../html.ts'
import type { Sentence } from '../words/sentence.ts'

/** A sentence without markup, for titles and attributes. */
export const plain = (sentence: Sentence): string => sentence.map(String).join('')

/** Somebody else's words: a name in another script must not turn ours around. */
export const name = (text: Child): Html => html`<bdi class="name">${text}</bdi>`

/** A long address breaks after a dot or an at sign before it breaks anywhere. */
const breakable = (text: string): Child =>
  text.length < 25 ? text : text.split(/(?<=[@.])/).map((part, index) => [index > 0 && html`<wbr>`, part])

export const host = (text: string): Html => html`<bdi class="host">${breakable(text)}</bdi>`

export const login = (text: string): Html => html`<bdi>${breakable(text)}</bdi>`
