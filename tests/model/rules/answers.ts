/** What steps and answers are, and the few words that every rule uses. */
import type { Action, ClientName } from '../actions.ts'
import type { Resource, State } from '../state.ts'

/** An action with what it is about picked out of all there is; `tag` names what it makes. */
export interface Step {
  readonly action: Action
  readonly target: string
  readonly tag: string
  /** The scope that a refresh for less asks for. */
  readonly less: string
}

/** An answer; what is made or shown is named as the model knows it. */
export interface Answer {
  readonly is: string
  readonly scope?: string
  readonly code?: string
  readonly access?: string
  readonly refresh?: string
  readonly tab?: string
}

/** `undefined`: the browser is sent on to the tab's next page. */
export type Begun = Answer | undefined

/** Access that goes on while the person is away: asked for by name, or by a client that does not speak OpenID Connect. */
export const lasts = (scope: readonly string[]) => !scope.includes('openid') || scope.includes('offline_access')

export const isOptional = (scope: string, among: readonly string[]) =>
  scope === 'photos:write' || (scope === 'offline_access' && among.includes('openid'))
export const rotates = (client: ClientName) => client === 'spa' || client === 'own'
export const isPublic = rotates

export const answer = (is: string, more: Omit<Answer, 'is'> = {}): Answer => ({ is, ...more })
export const refused = (error: string) => answer(`refused ${error}`)
export const isOff = (state: State, name: string) => state.off.includes(name)
export const consentKey = (person: string, client: string) => `${person} ${client}`

export const resourceOf = (scope: readonly string[]): Resource | undefined =>
  scope.some((one) => one.startsWith('photos:')) ? 'library' : scope.includes('archive:read') ? 'archive' : undefined
