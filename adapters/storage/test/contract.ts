/** What every database must do, run on each: `contract(place)` in sqlite.test.ts and postgres.test.ts. */
import { describe } from 'node:test'
import { flows } from './contract/flows.ts'
import { hostile } from './contract/hostile.ts'
import { logouts } from './contract/logouts.ts'
import { migrating } from './contract/migrating.ts'
import type { Place } from './contract/place.ts'
import { processes } from './contract/processes.ts'
import { reads } from './contract/reads.ts'
import { recording } from './contract/recording.ts'
import { registrations } from './contract/registrations.ts'
import { registry } from './contract/registry.ts'
import { revoking } from './contract/revoking.ts'
import { spending } from './contract/spending.ts'
import { sweeping } from './contract/sweeping.ts'
import { upgrading } from './contract/upgrading.ts'
import { writes } from './contract/writes.ts'

export function contract(place: Place): void {
  describe(`storage in ${place.name}`, () => {
    for (const part of [writes, reads, registry, spending, revoking, registrations, sweeping, logouts, flows, hostile])
      part(place)
    if (place.shared) for (const part of [processes, recording, migrating, upgrading]) part(place)
  })
}
