/** What a page function gets and gives. */
import type { Frame, View } from '@symbolon/protocol/views'
import type { Address, Html } from './html.ts'
import type { Words } from './words/en.ts'
import type { Formats } from './words/formats.ts'

/** What every page draws with, whatever it shows. */
export interface Pen {
  readonly frame: Frame
  readonly words: Words
  readonly formats: Formats
  /** A path below the issuer, as a link or a form's action. */
  readonly path: (path: string) => Address
}

export interface Page {
  /** What this is, without where: the frame adds the issuer's name. */
  readonly title: string
  /** Something to correct or that went wrong: said first in the title, so that it is heard first. */
  readonly problem?: boolean
  readonly content: Html
  /** One question in the middle, or an account page with its navigation. */
  readonly layout: 'question' | 'account'
  /** Its form goes to an app, and where the app sends the browser from there is the app's affair. */
  readonly goesOut?: boolean
  /** Pictures of others that this page shows. */
  readonly pictures?: readonly string[]
  /** Origins whose pages this one opens in frames. */
  readonly frameSource?: readonly string[]
  readonly refresh?: string
}

export type Draw<Shown extends View> = (view: Shown, pen: Pen) => Page
