/**
 * The sector that a client says it belongs to: the list at `sector_identifier_uri` must name every address of the
 * client, or anybody could join anybody's sector and learn how its clients know people.
 *
 * @see OpenID Connect Dynamic Client Registration §5, OpenID Connect Core §8.1
 */
import { type Refused, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import type { Outgoing } from '../ports/outgoing.ts'
import type { Metadata } from './members.ts'

const limits = { limit: 65_536, timeout: 5_000, byAnybody: true } as const

export async function checkSector(
  { sector_identifier_uri: uri, redirect_uris = [] }: Metadata,
  { outgoing, reviewed }: { readonly outgoing: Outgoing; readonly reviewed: boolean },
): Promise<Refused | undefined> {
  if (uri === undefined) return undefined
  const answer = await outgoing.fetch(uri, { ...limits, forStranger: !reviewed })
  if (!answer.ok) return refuse('sector_identifier_mismatch', { got: clear(answer.problem) })
  if (answer.status !== 200) return refuse('sector_identifier_mismatch', { got: clear(`status ${answer.status}`) })
  const listed = addressesIn(answer.text)
  return redirect_uris.every((address) => listed.includes(address))
    ? undefined
    : refuse('sector_identifier_mismatch', { got: clear('a list that lacks an address') })
}

function addressesIn(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
