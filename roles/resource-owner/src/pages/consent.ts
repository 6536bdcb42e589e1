/**
 * Consent: who asks, as whom, for what, for how long, and where it leads; then two buttons of the same size.
 *
 * Posts `scope` (once for each optional permission left ticked), `decision` (`allow` or `deny`) and `csrf`.
 *
 * @see RFC 6749 §3.3, RFC 8252 §8.6, RFC 9700 §4.16
 */
import type { ConsentView, PermissionChoice, PermissionGroup, PermissionView } from '@symbolon/protocol/views'
import { type Child, type Html, html } from '../html.ts'
import type { Draw, Pen } from '../page.ts'
import { csrfField } from '../parts/form.ts'
import { icons } from '../parts/icons.ts'
import { detailOf, groupName, isUndescribed, titleOf } from '../parts/permissions.ts'
import { papers, pictures, plateWithLogo, provenance } from '../parts/plate.ts'
import { host, login, plain } from '../parts/text.ts'

export const consent: Draw<ConsentView> = (view, pen) => {
  const { words, path, frame } = pen
  const { client, groups, offline } = view
  const app = html`<bdi>${client.name}</bdi>`
  const issuer = html`<bdi>${frame.issuerName}</bdi>`
  const choices: readonly PermissionChoice[] = [
    ...groups.flatMap(({ permissions }) => permissions),
    ...(offline ? [offline] : []),
  ]
  const isNew = ({ state }: PermissionChoice) => state === 'new'
  const about: About = {
    someOptional: choices.some(({ optional }) => optional),
    someKnown: choices.some(isNew) && !choices.every(isNew),
  }
  const asked = about.someKnown ? only(groups, isNew) : groups
  const known = about.someKnown ? only(groups, (permission) => !isNew(permission)) : []
  const offlineAsked = offline && (!about.someKnown || isNew(offline))
  return {
    title: plain(words.consent.heading(client.name, frame.issuerName)),
    layout: 'question',
    pictures: pictures(client),
    content: html`<h1>${words.consent.heading(app, issuer)}</h1>
${plateWithLogo(client, undefined, provenance(client, pen))}
<p class="as"><span>${words.consent.signedInAs(html`<strong>${login(view.person.login)}</strong>`)}</span> <a id="another" href="${path(view.useAnotherAccount)}">${words.consent.another}</a></p>
${view.changed && warning(words.consent.changed(app))}
${client.origin === 'unreviewed' && warning(words.consent.unreviewed(app, issuer))}
<form method="post" action="${path(view.action)}" data-guard>${csrfField(view.csrf)}
<h2>${about.someKnown ? words.consent.willAlso(app) : words.consent.will(app)}</h2>
<p class="hint">${about.someOptional ? words.consent.choice : words.consent.allNeeded(app)}</p>
${asked.map((group, index) => drawGroup(group, `p${index}`, about, pen))}
${offlineAsked && away(offline, about, pen)}
${
  about.someKnown &&
  html`<details class="known"><summary>${words.consent.known(app)}</summary>
${known.map((group, index) => drawGroup(group, `k${index}`, about, pen))}
${offline && !offlineAsked && away(offline, about, pen)}</details>`
}
${destination(view, pen)}
<div class="actions pair"><button id="deny" name="decision" value="deny">${words.consent.deny}</button><button id="allow" class="primary" name="decision" value="allow">${words.consent.allow}</button></div>
</form>
<p class="after">${words.consent.takeBack(html`<a href="${path('/account/apps')}">${words.account.apps}</a>`)}</p>
${papers(client, pen)}`,
  }
}

interface About {
  readonly someOptional: boolean
  /** Part of it was allowed before: then only the new part is the question, and the rest is folded away. */
  readonly someKnown: boolean
}

/** The groups that have such permissions, with these alone. */
const only = (groups: readonly PermissionGroup[], wanted: (permission: PermissionView) => boolean) =>
  groups
    .map((group) => ({ ...group, permissions: group.permissions.filter(wanted) }))
    .filter(({ permissions }) => permissions.length > 0)

const away = (offline: NonNullable<ConsentView['offline']>, about: About, pen: Pen): Html => {
  const { words } = pen
  const title = words.permissions.offline
  const drawn = row(offline, { id: 'away', title, detail: awayDetail(offline, pen), tags: tags(offline, about, pen) })
  return html`<fieldset class="group"><legend>${words.consent.howLong}</legend>
${drawn}
</fieldset>`
}

function drawGroup(group: PermissionGroup, id: string, about: About, pen: Pen): Html {
  return html`<fieldset class="group"><legend>${groupName(group, pen)}</legend>
${group.permissions.map((permission, index) =>
  row(permission, {
    id: `${id}-${index}`,
    title: titleOf(permission, pen),
    detail: detailOf(permission, pen),
    tags: [riskTag(permission, pen), tags(permission, about, pen)],
  }),
)}
${technical(group, pen)}
</fieldset>`
}

interface Row {
  readonly id: string
  readonly title: Child
  readonly detail: Child
  readonly tags: Child
}

/** Something to tick when there is a choice; a check mark, and no dead box, when there is none. */
function row(choice: PermissionChoice, { id, title, detail, tags: labels }: Row): Html {
  const described = detail !== undefined && html` aria-describedby="${id}-detail"`
  return html`<div class="permission">${
    choice.optional
      ? html`<input id="${id}" type="checkbox" name="scope" value="${choice.scope}"${choice.ticked && html` checked`}${described}><label for="${id}">${title}</label>`
      : html`${icons.check}<span class="title">${title}</span>`
  }${labels}${detail !== undefined && html`<div class="detail" id="${id}-detail">${detail}</div>`}</div>`
}

const tag = (kind: string, text: Child): Html => html` <span class="tag ${kind}">${text}</span>`

function tags({ state, optional }: PermissionChoice, about: About, { words }: Pen): Child {
  return [
    about.someKnown && state === 'new' && tag('new', words.consent.new),
    about.someOptional && !optional && tag('needed', words.consent.needed),
  ]
}

const riskTag = (permission: PermissionView, { words }: Pen): Child =>
  (permission.risk === 'high' || isUndescribed(permission)) &&
  tag('sensitive', [icons.warning, words.consent.sensitive])

function technical({ permissions, resource }: PermissionGroup, { words }: Pen): Html {
  return html`<details class="technical"><summary>${words.consent.details}</summary>
<dl><dt>${words.consent.scope}</dt><dd>${permissions.map(({ scope }) => html`<code>${scope}</code> `)}</dd>
${resource && html`<dt>${words.consent.resource}</dt><dd><code>${resource.id}</code></dd>`}</dl></details>`
}

const awayDetail = (
  offline: { readonly days: number; readonly otherwiseMinutes: number; readonly optional: boolean },
  { words, formats }: Pen,
): Child => [
  words.consent.awayDetail(formats.days(offline.days)),
  offline.optional && [' ', words.consent.awayOtherwise(formats.minutes(offline.otherwiseMinutes))],
]

const warning = (text: Child): Html => html`<div class="note warn">${icons.warning}<p>${text}</p></div>`

function destination({ destination: { kind, host: place } }: ConsentView, { words }: Pen): Html {
  if (kind === 'this-computer') return warning(words.consent.toComputer(host(place)))
  return html`<div class="note">${icons.arrow}<p>${kind === 'web' ? words.consent.toWeb(host(place)) : words.consent.toApp(host(place))}</p></div>`
}
