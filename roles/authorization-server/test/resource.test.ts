import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Reason } from '@symbolon/protocol/refusals'
import { within } from '@symbolon/protocol/scope'
import fc from 'fast-check'
import { clientFrom } from '../src/client.ts'
import { audienceOf, findScopes, resolveTarget } from '../src/resource.ts'
import { clientRecord, resources as known, photos, prints } from './support/back-channel/world.ts'

const client = clientFrom(clientRecord('app'))
const limited = clientFrom(clientRecord('app', { resources: [photos], scope: 'openid photos.read' }))

const resolve = (scope: readonly string[], resources: readonly string[] = [], of = client) =>
  resolveTarget({ client: of, scope, resources, known })
const reasonOf = (...args: Parameters<typeof resolve>): Reason | undefined => {
  const decision = resolve(...args)
  return decision.ok ? undefined : decision.reason
}

describe('which resources a request is for (RFC 8707 §2)', () => {
  it('follows from the scopes when none is named', () => {
    assert.deepEqual(resolve(['openid', 'photos.read']), {
      ok: true,
      value: { scope: ['openid', 'photos.read'], resources: [photos] },
    })
    assert.deepEqual(resolve(['openid']), { ok: true, value: { scope: ['openid'], resources: [] } })
  })

  it('may be several, which the grant covers [RFC8707-2.1-01]', () => {
    const decision = resolve(['photos.read', 'prints.order'])
    assert.deepEqual(decision.ok && decision.value.resources, [photos, prints])
  })

  it('is those that are named, with or without a scope of theirs', () => {
    const decision = resolve(['openid'], [photos])
    assert.deepEqual(decision.ok && decision.value.resources, [photos])
  })

  it('is what the client registered when it names no scope (RFC 6749 §3.3) [RFC6749-3.3-03]', () => {
    const decision = resolve([], [], limited)
    assert.deepEqual(decision.ok && decision.value.scope, ['openid', 'photos.read'])
    assert.equal(reasonOf([]), 'scope_missing')
  })

  it('is refused where it can not be, and case counts in a scope [RFC8707-2-02] [RFC6749-3.3-01] (attack 50)', () => {
    assert.equal(reasonOf(['photos.read'], ['photos']), 'resource_malformed')
    assert.equal(reasonOf(['photos.read'], [`${photos}#a`]), 'resource_malformed')
    assert.equal(reasonOf(['photos.read'], ['https://else.example']), 'resource_unknown')
    assert.equal(reasonOf(['openid'], [prints], limited), 'resource_unknown')
    assert.equal(reasonOf(['Photos.Read']), 'scope_unknown', 'case counts')
    assert.equal(reasonOf(['prints.order'], [photos]), 'scope_unknown')
    assert.equal(reasonOf(['photos.write'], [], limited), 'scope_not_allowed')
    assert.equal(reasonOf(['email'], [], limited), 'scope_not_allowed')
  })
})

describe('the one resource of a token (RFC 8707 §2.2)', () => {
  const granted = { scope: ['openid', 'photos.read', 'prints.order'], resources: [photos, prints] }
  const pick = (asked: readonly string[], of = granted) => {
    const decision = audienceOf({ granted: of, asked, known })
    return decision.ok ? [decision.value.resource?.resource, decision.value.scope] : decision.reason
  }

  it('is the one that is asked for, with its part of the scope [RFC8707-2.2-01]', () => {
    assert.deepEqual(pick([prints]), [prints, ['openid', 'prints.order']])
  })

  it('is the first that owns a granted scope when none is asked for', () => {
    assert.deepEqual(pick([]), [photos, ['openid', 'photos.read']])
    assert.deepEqual(pick([], { ...granted, scope: ['prints.order'] }), [prints, ['prints.order']])
  })

  it('is the issuer itself when no resource was granted', () => {
    assert.deepEqual(pick([], { scope: ['openid', 'email'], resources: [] }), [undefined, ['openid', 'email']])
  })

  it('is never one that was not granted (attack 43)', () => {
    assert.equal(pick([prints], { ...granted, resources: [photos] }), 'resource_not_granted')
    assert.equal(pick([photos, prints]), 'resources_several')
  })

  it('is none that is gone since', () => {
    const gone = 'https://gone.example'
    assert.equal(pick([gone], { ...granted, resources: [gone] }), 'resource_unknown')
  })
})

describe('whatever is asked for', () => {
  const scopes = fc.subarray(['openid', 'email', 'photos.read', 'photos.write', 'prints.order', 'unknown'])
  const names = fc.subarray([photos, prints, 'https://else.example'])

  it('no target holds a scope or a resource that the client is not registered for (attack 50) (attack 51)', () => {
    const property = fc.property(scopes, names, scopes, names, (scope, resources, registered, allowed) => {
      const client = clientFrom(clientRecord('app', { scope: registered.join(' '), resources: allowed }))
      const target = resolveTarget({ client, scope, resources, known })
      if (!target.ok) return
      assert.ok(within(target.value.scope, registered))
      assert.ok(within(target.value.resources, allowed))
      assert.ok(within(resources, target.value.resources))
    })
    fc.assert(property)
  })

  it('no token holds a scope that was not granted, or that another resource owns (attack 43) (attack 44)', () => {
    const property = fc.property(scopes, names, names, (scope, resources, asked) => {
      const audience = audienceOf({ granted: { scope, resources }, asked, known })
      if (!audience.ok) return
      const { resource, scope: issued } = audience.value
      assert.ok(within(issued, scope))
      if (resource) assert.ok(resources.includes(resource.resource))
      const { found } = findScopes(issued, known)
      assert.ok(found.every((one) => one.resource === undefined || one.resource === resource))
    })
    fc.assert(property)
  })
})

describe('finding scopes', () => {
  it('finds who owns each, and says which nobody does', () => {
    const { found, unknown } = findScopes(['openid', 'photos.read', 'nonsense'], known)
    assert.deepEqual(
      found.map(({ scope, resource }) => [scope, resource?.name]),
      [
        ['openid', undefined],
        ['photos.read', 'Photos'],
      ],
    )
    assert.deepEqual(unknown, ['nonsense'])
  })
})
