/** Names and addresses inside sentences. */
import { type Child, type Html, html } from '../html.ts'
import type { Sentence } from '../words/sentence.ts'

/** A sentence without markup, for titles and attributes. */
export const plain = (sentence: Sentence): string => sentence.map(String).join('')

/** Somebody else's words: a name in another script must not turn ours around. */
export const name = (text: Child): Html => html`<bdi class="name">${text}</bdi>`

export const host = (text: Child): Html => html`<bdi class="host">${text}</bdi>`
