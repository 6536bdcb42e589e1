/**
 * Step 2, the person's part: every view that the authorization server can ask for, and the page that draws it.
 *
 * @see RFC 6749 §3.1 and §4.1 (B): the resource owner is authenticated and decides
 */
import type { Frame, View } from '@symbolon/protocol/views'
import { shell } from '../frame.ts'
import { ownPath } from '../html.ts'
import type { Draw, Page } from '../page.ts'
import { account } from '../pages/account.ts'
import { app } from '../pages/app.ts'
import { apps } from '../pages/apps.ts'
import { chooseAccount } from '../pages/choose-account.ts'
import { consent } from '../pages/consent.ts'
import { error } from '../pages/error.ts'
import { formPost } from '../pages/form-post.ts'
import { handoff } from '../pages/handoff.ts'
import { home } from '../pages/home.ts'
import { notice } from '../pages/notice.ts'
import { sessions } from '../pages/sessions.ts'
import { signIn } from '../pages/sign-in.ts'
import { signOut } from '../pages/sign-out.ts'
import { signUp } from '../pages/sign-up.ts'
import { signedOut } from '../pages/signed-out.ts'
import { choose, type Language } from '../words/index.ts'

export interface Rendered {
  readonly html: string
  readonly goesOut: boolean
  /** Addresses of pictures of others that this answer alone shows. */
  readonly pictures: readonly string[]
  /** Origins that this answer alone opens in frames. */
  readonly frameSource: readonly string[]
  /** The value of the `Refresh` header, when the page leads on by itself. */
  readonly refresh: string | undefined
  /** Account pages keep no handle for a window that opened them; sign-in pages may be popups. */
  readonly isolated: boolean
}

const pages: { readonly [Show in View['show']]: Draw<Extract<View, { readonly show: Show }>> } = {
  home,
  'sign-in': signIn,
  'sign-up': signUp,
  'choose-account': chooseAccount,
  consent,
  handoff,
  'form-post': formPost,
  notice,
  'sign-out': signOut,
  'signed-out': signedOut,
  account,
  sessions,
  apps,
  app,
  error,
}

export const render = (view: View, frame: Frame): Rendered => draw(view, frame, choose([frame.locale]))

export function draw(view: View, frame: Frame, language: Language): Rendered {
  const pen = {
    frame,
    words: language.words,
    formats: language.formats,
    path: (path: string) => ownPath(frame.issuerUrl, path),
  }
  const drawView = pages[view.show] as Draw<View>
  const page: Page = drawView(view, pen)
  return {
    html: shell(page, pen, language),
    goesOut: page.goesOut ?? false,
    pictures: page.pictures ?? [],
    frameSource: page.frameSource ?? [],
    refresh: page.refresh,
    isolated: page.layout === 'account',
  }
}
