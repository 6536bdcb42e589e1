/** Strings that break databases: kept exactly, found by nothing else, or refused whole. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StorageUnavailable } from '@symbolon/authorization-server/ports/store'
import { UnstorableText } from '../../src/storage-problem.ts'
import * as a from '../samples.ts'
import { openFresh, type Place } from './place.ts'

const kept: Readonly<Record<string, string>> = {
  SQL: `'; drop table people; -- ":now $1 ?`,
  'quotes and backslashes': `\\'"\\\\0 \\u0000`,
  'control characters': '\u0001\r\n\t\u007f',
  'every plane': 'é e\u0301 漢 🦊 \u{10ffff} \ufffd \ufeff',
  'one megabyte': 'ab🦊c'.repeat(200_000),
  nothing: '',
}

const unstorable: Readonly<Record<string, string>> = {
  'U+0000': 'a\0b',
  'half a surrogate pair': 'a\ud800b',
}

export function hostile(place: Place): void {
  describe('text', () => {
    for (const [name, text] of Object.entries(kept)) {
      it(`with ${name} comes back as it was`, async () => {
        await using storage = await openFresh(place)
        const { store } = storage
        const person = { ...a.person, passwordHash: text, claims: { name: text, [text]: [text] } }
        const code = { ...a.code, redirectUri: text, nonce: text, scope: [text] }
        await store.commit([
          { do: 'put-person', person },
          { do: 'insert-code', code },
        ])
        assert.deepEqual(await store.people.find('alice-id'), person)
        assert.deepEqual((await store.codes.find('code-1'))?.code, code)
        assert.equal(await store.clients.find(text), undefined)
        assert.equal(await store.people.findByLogin(text), undefined)
      })
    }

    for (const [name, text] of Object.entries(unstorable)) {
      it(`with ${name} is found nowhere`, async () => {
        await using storage = await openFresh(place)
        const { store } = storage
        await store.commit([{ do: 'put-client', client: { ...a.client, clientId: 'a\ufffdb' } }])
        assert.equal(await store.clients.find(text), undefined)
        assert.equal(await store.people.findByLogin(text), undefined)
        assert.deepEqual(await store.throttles.find([text]), [])
      })

      it(`with ${name} is refused in a key, and nothing of its commit happens`, async () => {
        await using storage = await openFresh(place)
        const { store } = storage
        const committing = store.commit([
          { do: 'put-client', client: a.client },
          { do: 'put-person', person: { ...a.person, username: text } },
        ])
        await assert.rejects(committing, (error) => {
          assert(error instanceof UnstorableText && !(error instanceof StorageUnavailable))
          assert(!error.message.includes(text))
          return true
        })
        assert.deepEqual(await store.clients.list(), [])
      })

      it(`with ${name} that a stranger sends is kept where it may be anything`, async () => {
        await using storage = await openFresh(place)
        const { store } = storage
        const code = { ...a.code, nonce: text }
        const session = { ...a.session, userAgent: text }
        const event = { ...a.event, client: text }
        await store.commit([
          { do: 'insert-code', code },
          { do: 'insert-session', session },
        ])
        await store.flows.append([a.batch([event])], 9_000)
        assert.deepEqual((await store.codes.find('code-1'))?.code, code)
        assert.deepEqual(await store.sessions.find('session-1'), session)
        assert.deepEqual(await store.flows.events(event.flow), [event])
        assert.equal((await store.flows.list({ limit: 1 }))[0]?.client, text)
      })
    }
  })
}
