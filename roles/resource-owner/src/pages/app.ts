/**
 * One connected app: what it may do, how long, and removing one permission or all of it.
 *
 * Links to `?remove=app` and `?remove=<scope>` ask first. Then it posts `remove` (`app` or `permission`), for a
 * permission also `scope`, and `csrf` to the app's own path.
 *
 * @see RFC 7009 §2, RFC 9700 §4.14
 */
import type { AppView, PermissionGroup, PermissionView } from '@symbolon/protocol/views'
import { type Child, type Html, html } from '../html.ts'
import type { Draw, Page, Pen } from '../page.ts'
import { accountPage } from '../parts/account-page.ts'
import { csrfField, hidden } from '../parts/form.ts'
import { icons } from '../parts/icons.ts'
import { detailOf, groupName, isUndescribed, titleOf } from '../parts/permissions.ts'
import { monogram, papers, provenance } from '../parts/plate.ts'
import { host, plain } from '../parts/text.ts'
import { dates, pathOf } from './apps.ts'

export const app: Draw<AppView> = (view, pen) => (view.confirm === undefined ? overview(view, pen) : ask(view, pen))

function overview(view: AppView, pen: Pen): Page {
  const { words, path, formats } = pen
  const { client } = view
  const called = html`<bdi>${client.name}</bdi>`
  const own = path(pathOf(client.id))
  return accountPage(view, pen, {
    here: 'apps',
    title: client.name,
    content: html`<p class="back"><a href="${path('/account/apps')}">${icons.back}${words.oneApp.back}</a></p>
<div class="head">${monogram(client.name, 'app')}<div><h1>${called}</h1>
<p><span class="fact">${host(client.host)}</span> <span class="fact">${provenance(client, pen)}</span></p></div></div>
${dates(view, pen)}
<section><h2>${words.oneApp.mayDo(called)}</h2>
${view.groups.map((group) => drawGroup(group, view, pen))}</section>
<section><h2>${words.oneApp.howLong}</h2>
<p>${view.offline ? words.oneApp.away : words.oneApp.notAway}${
      view.renewsUntil !== undefined && [' ', words.oneApp.renews(formats.date(view.renewsUntil))]
    }${view.accessUntil !== undefined && [' ', words.oneApp.access(formats.moment(view.accessUntil))]}</p></section>
<section><h2>${words.oneApp.removeApp}</h2>
<p>${words.oneApp.removeAppLead(called)}</p>
<div class="actions"><a id="remove" class="button danger" href="${own}?remove=app">${words.oneApp.removeApp}</a></div></section>
${papers(client, pen)}`,
  })
}

function drawGroup(group: PermissionGroup, { client }: AppView, pen: Pen): Html {
  const { words, path } = pen
  const own = path(pathOf(client.id))
  const row = (permission: PermissionView): Html => {
    const title = titleOf(permission, pen)
    const detail = isUndescribed(permission) ? undefined : detailOf(permission, pen)
    return html`<li class="permission">${icons.check}<span class="title">${title}</span>${detail !== undefined && html`<div class="detail">${detail}</div>`}${
      permission.scope !== 'openid' &&
      html` <a class="remove" href="${own}?remove=${encodeURIComponent(permission.scope)}">${words.oneApp.remove}<span class="unseen">: ${title}</span></a>`
    }</li>`
  }
  return html`<div class="group"><h3>${groupName(group, pen)}</h3><ul>${group.permissions.map(row)}</ul></div>`
}

function ask(view: AppView, pen: Pen): Page {
  const { words, path, formats } = pen
  const { client, confirm, accessUntil } = view
  const called = html`<bdi>${client.name}</bdi>`
  const own = pathOf(client.id)
  const scope = typeof confirm === 'object' ? confirm.scope : undefined
  const heading = scope === undefined ? words.oneApp.confirmApp : words.oneApp.confirmPermission
  return accountPage(view, pen, {
    here: 'apps',
    title: plain(heading(client.name)),
    content: html`<h1>${heading(called)}</h1>
${scope === undefined ? undefined : html`<p class="lead">${permissionName(scope, view, pen)}</p>`}
<ul class="facts">${
      scope === undefined
        ? html`<li>${words.oneApp.losesNow(called)}</li><li>${accessUntil === undefined ? words.oneApp.stopsAtOnce : words.oneApp.stopsBy(formats.moment(accessUntil))}</li>`
        : html`<li>${words.oneApp.permissionStops(called)}</li>${accessUntil !== undefined && html`<li>${words.oneApp.stopsBy(formats.moment(accessUntil))}</li>`}`
    }<li>${words.oneApp.itsData(called)}</li></ul>
<form method="post" action="${path(own)}">${csrfField(view.csrf)}${scope !== undefined && hidden([['scope', scope]])}
<div class="actions pair"><a id="keep" class="button" href="${path(own)}">${words.oneApp.keep}</a><button id="remove" class="danger" name="remove" value="${scope === undefined ? 'app' : 'permission'}">${scope === undefined ? words.oneApp.submitApp : words.oneApp.submitPermission}</button></div></form>`,
  })
}

function permissionName(scope: string, { groups }: AppView, pen: Pen): Child {
  const found = groups.flatMap(({ permissions }) => permissions).find((permission) => permission.scope === scope)
  return titleOf(found ?? { scope, title: undefined }, pen)
}
