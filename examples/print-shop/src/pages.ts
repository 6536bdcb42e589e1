/** The shop's pages: plain HTML from data, whole without JavaScript. */
import { type Html, html } from './html.ts'

export interface Visitor {
  readonly name: string
  readonly scopes: readonly string[]
}

export interface Photo {
  readonly id: string
  readonly title: string
}

export interface Frame {
  readonly title: string
  readonly visitor: Visitor | undefined
  readonly notice?: string | undefined
}

/** What the shop could ever ask for at the photo library, in its own words. */
export const permissions = [
  { scope: 'photos:read', may: 'See your photos', why: 'so that you can choose' },
  { scope: 'photos:download', may: 'Fetch them in full size', why: 'so that the print is sharp' },
  { scope: 'photos:upload', may: 'Add a finished sheet to your library', why: 'asked for only when you want it' },
] as const

const mark = html`<svg viewBox="0 0 28 28" aria-hidden="true"><circle cx="6" cy="6" r="4.5"/><circle cx="18" cy="6" r="3.5"/><circle cx="6" cy="18" r="3.5"/><circle cx="18" cy="18" r="2.5"/><circle cx="26" cy="12" r="1.5"/><circle cx="12" cy="26" r="1.5"/></svg>`

export function page({ title, visitor, notice }: Frame, body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Halftone</title><link rel="stylesheet" href="/theme.css"><link rel="icon" href="/icon.svg" type="image/svg+xml"></head>
<body><a class="skip" href="#main">Skip to the content</a>
<header class="bar"><a class="brand" href="/">${mark}Halftone</a>${visitor === undefined ? html`` : signedIn(visitor)}</header>
<main id="main">${notice === undefined ? html`` : html`<div class="note" role="status"><p>${notice}</p></div>`}${body}</main>
<footer>Halftone is an example: a print shop that prints photos you keep elsewhere, and never sees your password.</footer>
</body></html>`.text
}

const signedIn = ({ name }: Visitor): Html => html`<div><span class="soft">Signed in as <strong>${name}</strong></span>
<form method="post" action="/api/auth/signout"><input type="hidden" name="returnTo" value="/"><input type="hidden" name="provider" value="1"><button>Sign out</button></form></div>`

export const welcome = (signIn: string): Html => html`<div class="hero"><div>
<h1>Your photos, on paper.</h1>
<p>Pick pictures from the library where you keep them. We lay them out on a sheet that is ready to print, and forget them again.</p>
<div class="actions"><a class="button primary" href="${signIn}">Sign in with Symbolon</a></div>
<p class="small soft">You choose what we may see. Your password stays with Symbolon.</p></div>
<div class="fan" aria-hidden="true">${[0, 1, 2, 3, 4, 5].map(thumbnail)}</div></div>
<ol class="how"><li><h2>Sign in</h2><p class="soft">At your own account, not here. It tells you who asks and for what.</p></li>
<li><h2>Choose</h2><p class="soft">The photos you allowed us to see, nothing else.</p></li>
<li><h2>Print</h2><p class="soft">A contact sheet as PDF, in full quality if you allow it.</p></li></ol>`

const skies = ['#f4b183', '#9cc3d5', '#f6d186', '#b7a5d3', '#8fc1a9', '#e8998d']

const thumbnail = (at: number): Html => html`<svg viewBox="0 0 60 40"><rect width="60" height="40" fill="${skies[at]}"/>
<circle cx="${10 + at * 8}" cy="${11 + (at % 3) * 3}" r="5" fill="#fff8"/><path d="M0 ${30 - (at % 2) * 6} L${14 + at * 3} ${18 + at} L34 32 L46 ${22 + (at % 3) * 3} L60 34 V40 H0Z" fill="#0003"/><path d="M0 34 L20 ${27 + (at % 3)} L60 37 V40 H0Z" fill="#0004"/></svg>`

export interface ChooseView {
  readonly visitor: Visitor
  readonly photos: readonly Photo[]
  readonly account: string
}

export const choose = ({ visitor, photos, account }: ChooseView): Html => html`<h1>Choose your photos</h1>
<div class="split"><form method="post" action="/sheets">
${
  photos.length === 0
    ? html`<p>Your library is empty. Add photos there, then come back.</p>`
    : html`<fieldset class="grid"><legend class="soft">${photos.length} photos in your library</legend>${photos.map(tile)}</fieldset>
<div class="order"><div class="field"><label for="title">Title of the sheet</label><input id="title" name="title" maxlength="60" value="My photos" autocomplete="off"></div>
<div class="field"><label for="columns">Photos in a row</label><select id="columns" name="columns"><option>2</option><option selected>3</option><option>4</option></select></div>
<button class="primary">Make the sheet</button></div>`
}</form>${may(visitor, account)}</div>`

const tile = ({ id, title }: Photo): Html =>
  html`<label class="photo"><img src="/photos/${encodeURIComponent(id)}/thumbnail" alt="" width="320" height="213" loading="lazy"><input type="checkbox" name="photo" value="${id}"><span>${title}</span></label>`

/** What the shop may do and what it may not: said, not hidden. */
const may = (
  { scopes }: Visitor,
  account: string,
): Html => html`<aside class="may" aria-labelledby="may"><h2 id="may">What we may do</h2><ul>
${permissions.map(({ scope, may, why }) =>
  scopes.includes(scope)
    ? html`<li><span class="yes" aria-hidden="true">✓</span><span>${may} <span class="soft small">– ${why}</span></span></li>`
    : html`<li><span class="no" aria-hidden="true">–</span><span class="soft">Not allowed: ${may.toLowerCase()} <span class="small">– ${why}</span></span></li>`,
)}</ul><p class="small soft"><a href="${account}">Change this at Symbolon</a></p></aside>`

export interface SheetView {
  readonly id: string
  readonly title: string
  readonly photos: readonly Photo[]
  readonly columns: number
  readonly kilobytes: number
  readonly fullSize: boolean
  readonly small: number
  readonly saved: boolean
  readonly maySave: boolean
  readonly askToSave: string
  readonly askForFullSize: string
}

export const sheet = (view: SheetView): Html => html`<div class="made">
<ul class="paper of-${view.columns}" aria-label="The sheet"><li class="heading" aria-hidden="true">${view.title}</li>${view.photos
  .slice(0, 24)
  .map(
    ({ id, title }) =>
      html`<li><img src="/photos/${encodeURIComponent(id)}/thumbnail" alt="${title}" width="320" height="213"></li>`,
  )}</ul>
<div><h1>${view.title}</h1>
<p>${view.photos.length === 1 ? 'One photo' : `${view.photos.length} photos`} on A4, ready to print. PDF, ${view.kilobytes} KB.</p>
${view.fullSize ? html`` : html`<p class="soft">Printed from the small pictures, because full size was not allowed. <a href="${view.askForFullSize}">Allow full size</a> and make the sheet again.</p>`}${view.fullSize && view.small > 0 ? html`<p class="soft">${view.small} of them from the small picture, because the large one can’t be printed.</p>` : html``}
<div class="actions"><a class="button primary" href="/sheets/${view.id}/sheet.pdf" download>Download the sheet</a>
${saving(view)}</div><p><a href="/photos">Choose other photos</a></p></div></div>`

function saving({ id, saved, maySave, askToSave }: SheetView): Html {
  if (saved) return html`<span role="status">Saved in your photo library.</span>`
  if (maySave)
    return html`<form method="post" action="/sheets/${id}/save"><button>Save it to my library</button></form>`
  return html`<a class="button" href="${askToSave}">Allow saving to my library</a>`
}

export const sorry = (heading: string, text: string, next: { readonly href: string; readonly text: string }): Html =>
  html`<div class="card"><h1>${heading}</h1><p>${text}</p><div class="actions"><a class="button primary" href="${next.href}">${next.text}</a></div></div>`
