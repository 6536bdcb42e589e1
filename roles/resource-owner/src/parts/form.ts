/** What every form carries, and how a page says what it did. */
import { type Child, type Html, html } from '../html.ts'

export const hidden = (fields: readonly (readonly [name: string, value: string])[]): readonly Html[] =>
  fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)

export const csrfField = (csrf: string): readonly Html[] => hidden([['csrf', csrf]])

export const status = (text: Child): Html => html`<p class="done" role="status">${text}</p>`
