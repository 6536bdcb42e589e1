/** The few drawings, in the colour of the text around them and silent to screen readers. */
import { type Html, html } from '../html.ts'

/** Two halves of one broken coin: what a symbolon was. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M14 3.2A13 13 0 0 0 14 28.8L17 21l-5-5 5-5z"/><path d="M18 3.2a13 13 0 0 1 0 25.6L21 21l-5-5 5-5z" opacity=".55"/></svg>`

const line = (path: Html): Html => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`

export const icons = {
  check: line(html`<path d="M5 12.5l4.5 4.5L19 7.5"/>`),
  arrow: line(html`<path d="M5 12h14M13 6l6 6-6 6"/>`),
  warning: line(html`<path d="M12 4L2.8 20h18.4zM12 10v4.5M12 17.2v.3"/>`),
  device: line(html`<path d="M4 5h16v11H4zM2 20h20"/>`),
  back: line(html`<path d="M19 12H5M11 6l-6 6 6 6"/>`),
  clock: line(html`<path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2"/>`),
} as const
