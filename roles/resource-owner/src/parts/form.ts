/** What every form carries, and how a page says what to correct. */
import { type Child, type Html, html } from '../html.ts'

export const hidden = (fields: readonly (readonly [name: string, value: string])[]): readonly Html[] =>
  fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)

export const csrfField = (csrf: string): readonly Html[] => hidden([['csrf', csrf]])

/** Said first and focused by the script; each problem leads to its field (WCAG 3.3.1). */
export const problemSummary = (text: Child): Html =>
  html`<div class="problem" id="problem" role="alert" tabindex="-1" data-focus>${text}</div>`

export const status = (text: Child): Html => html`<p class="done" role="status">${text}</p>`
