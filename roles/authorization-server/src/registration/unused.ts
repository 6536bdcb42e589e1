/**
 * Forgets clients that came without an invitation and that nobody uses: no consent, no code, no grant that is good. It
 * is looked at when a registration is due, and never while a request waits.
 */
import type { Issuer } from '../ports/issuer.ts'

const atOnce = 100

/** Returns how many went. */
export async function forgetUnused({ store, settings, now }: Pick<Issuer, 'store' | 'settings' | 'now'>) {
  let gone = 0
  for (const clientId of await store.registrations.due(now(), atOnce)) {
    const { committed } = await store.commit([
      { do: 'end-unused-registration', clientId, now: now() },
      { do: 'delete-client', clientId },
    ])
    if (committed) gone += 1
    else await store.commit([{ do: 'keep-registration', clientId, dueAt: now() + settings.registrationUnused }])
  }
  return gone
}
