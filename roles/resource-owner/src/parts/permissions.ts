/** Permissions in words: what an app asks for, and what it already may do. */
import type { PermissionGroup, PermissionView } from '@symbolon/protocol/views'
import { type Child, type Html, html } from '../html.ts'
import type { Pen } from '../page.ts'

const known = {
  openid: 'openid',
  profile: 'profile',
  email: 'email',
  address: 'address',
  phone: 'phone',
  offline_access: 'offline',
} as const satisfies Record<string, keyof Pen['words']['permissions']>

const isKnown = (scope: string): scope is keyof typeof known => Object.hasOwn(known, scope)

/** A permission without words is shown by its own name, never left out. */
export function titleOf({ title, scope, claim }: Pick<PermissionView, 'title' | 'scope' | 'claim'>, pen: Pen): Child {
  const { words } = pen
  if (claim !== undefined) return words.permissions.claim(claimName(claim, pen))
  if (title !== undefined) return html`<bdi>${title}</bdi>`
  return isKnown(scope) ? words.permissions[known[scope]] : html`<code>${scope}</code>`
}

export const isUndescribed = ({ title, scope, claim }: PermissionView): boolean =>
  title === undefined && claim === undefined && !isKnown(scope)

/** The real values first: they say more than any description. */
export function detailOf(permission: PermissionView, pen: Pen): Child {
  const { words, formats } = pen
  const { scope, detail, values } = permission
  const [only, ...more] = values
  if (only !== undefined && more.length === 0) return html`<bdi class="value">${only.value}</bdi>`
  const named = values.map(({ claim, value }) => html`${claimName(claim, pen)} <bdi class="value">${value}</bdi>`)
  if (more.length > 1) return html`<ul>${named.map((one) => html`<li>${one}</li>`)}</ul>`
  if (more.length > 0) return formats.list(named)
  if (detail !== undefined) return html`<bdi>${detail}</bdi>`
  if (scope === 'openid') return words.permissions.openidDetail
  if (scope === 'profile') return words.permissions.profileDetail
  if (isUndescribed(permission)) return words.consent.undescribed
  const hasNone = permission.claim === undefined ? isKnown(scope) : permission.claim !== 'updated_at'
  return hasNone ? words.consent.noValue : undefined
}

/** A claim without a name of ours is shown by its own. */
export const claimName = (claim: string, { words }: Pen): Child =>
  Object.hasOwn(words.claims, claim) ? words.claims[claim as keyof typeof words.claims] : html`<bdi>${claim}</bdi>`

export const groupName = ({ resource }: PermissionGroup, { words, frame }: Pen): Child =>
  resource ? html`<bdi>${resource.name}</bdi>` : words.consent.ownData(html`<bdi>${frame.issuerName}</bdi>`)

/** In a few words, for a list of apps. */
export const summary = (groups: readonly PermissionGroup[], pen: Pen): readonly Html[] =>
  groups.flatMap(({ permissions }) => permissions.map((permission) => html`<li>${titleOf(permission, pen)}</li>`))
