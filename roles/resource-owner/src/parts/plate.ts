/** Who asks: the name an app gives itself, and beside it what is known for a fact. */
import type { ClientView, PersonView } from '@symbolon/protocol/views'
import { type Child, type Html, href, html } from '../html.ts'
import type { Pen } from '../page.ts'
import { host, login, name } from './text.ts'

/** The first letter of a name, as people see letters. */
export const initial = (text: string): string =>
  [...new Intl.Segmenter().segment(text.trim())][0]?.segment.toLocaleUpperCase() ?? '?'

/** The stylesheet draws the letter: where there is none, the name alone is clearer. */
export const monogram = (text: string, kind: 'app' | 'person', over?: Html): Html =>
  html`<span class="monogram ${kind}" data-letter="${initial(text)}" aria-hidden="true">${over}</span>`

export const plate = (client: ClientView, label: Child, more?: Child): Html =>
  framed(client, monogram(client.name, 'app'), [label, more])

/** With the picture that the app has of itself, over the letter that is seen until it comes, or when it never does. */
export const plateWithLogo = (client: ClientView, label: Child, more?: Child): Html =>
  framed(client, monogram(client.name, 'app', logo(client)), [label, more])

/** What the page must be allowed to show. */
export const pictures = (client: ClientView | undefined): readonly string[] =>
  client?.logoUri === undefined || href(client.logoUri) === undefined ? [] : [client.logoUri]

/**
 * Its name stands beside it. Where it is kept learns nothing of this page, and keeps nobody waiting: a page is ready
 * before what is loaded lazily. Without a stylesheet it is no higher than with one; a width beside that would hold the
 * place of a picture that never comes.
 */
function logo({ logoUri }: ClientView): Html | undefined {
  const address = href(logoUri)
  return (
    address &&
    html`<img src="${address}" alt="" height="44" loading="lazy" decoding="async" referrerpolicy="no-referrer">`
  )
}

function framed(client: ClientView, picture: Child, [label, more]: readonly [Child, Child?]): Html {
  return html`<div class="plate">${picture}
<p>${label && html`<span class="label">${label}</span> `}${name(client.name)} <span class="fact">${host(client.host)}</span>${
    more && html` <span class="fact${client.origin === 'unreviewed' && ' warned'}">${more}</span>`
  }</p></div>`
}

/** How this app came to be known here. */
export function provenance(client: ClientView, { words, formats, frame }: Pen): Child {
  const date = formats.date(client.registeredAt)
  if (client.origin === 'first-party') return words.app.firstParty(html`<bdi>${frame.issuerName}</bdi>`)
  return client.origin === 'administrator' ? words.app.administrator(date) : words.app.unreviewed(date)
}

/** Said by name whose they are: they stand on a page of ours. */
export function papers(client: ClientView, { words }: Pen): Html | undefined {
  const links = [
    [href(client.policyUri), words.app.policy],
    [href(client.tosUri), words.app.terms],
  ] as const
  const drawn = links.flatMap(([address, text]) =>
    address ? [html` <a href="${address}" rel="noreferrer">${text}</a>`] : [],
  )
  if (drawn.length === 0) return undefined
  return html`<p class="papers"><span>${words.app.papers(html`<bdi>${client.name}</bdi>`)}</span>${drawn}</p>`
}

export const person = ({ name: called, login: known }: PersonView, more?: Child): Html =>
  html`${monogram(called || known, 'person')}<span class="who">${name(called || known)}${
    called !== '' && called !== known && html` <span class="fact">${login(known)}</span>`
  }${more}</span>`
