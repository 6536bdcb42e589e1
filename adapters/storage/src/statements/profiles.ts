/** What is read of a person beside what belongs to them: whether they may act, and for userinfo what it tells of them. */
import type { PersonProfile, PersonStatus } from '@symbolon/authorization-server/ports/records'
import { isFlag, parsed } from '../columns.ts'

/** Nothing when the person is gone. */
export type StatusRow = { readonly status_person_id: string | null; readonly status_disabled: number | null }

export type ProfileRow =
  | { readonly status_person_id: null }
  | {
      readonly status_person_id: string
      readonly status_disabled: number
      readonly profile_username: string
      readonly profile_email: string | null
      readonly profile_claims: string
      readonly profile_updated_at: number
    }

/** Of a table `p`. */
export const readStatus = 'p.person_id as status_person_id, p.disabled as status_disabled'

export const readProfile = `${readStatus}, p.username as profile_username, p.email as profile_email,
     p.claims as profile_claims, p.updated_at as profile_updated_at`

export const personStatus = (row: StatusRow): PersonStatus | undefined =>
  row.status_person_id === null ? undefined : { personId: row.status_person_id, disabled: row.status_disabled === 1 }

export const personProfile = (row: ProfileRow): PersonProfile | undefined =>
  row.status_person_id === null
    ? undefined
    : {
        personId: row.status_person_id,
        disabled: isFlag(row.status_disabled),
        username: row.profile_username,
        email: row.profile_email,
        claims: parsed(row.profile_claims),
        updatedAt: row.profile_updated_at,
      }
