import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createLibrary } from '../src/library.ts'
import { createStudio } from '../src/studio.ts'

describe('the room of one person', () => {
  it('is bounded in bytes, and nobody fills that of another', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'photo-library-'))
    const studio = createStudio(join(folder, 'painted'))
    const library = createLibrary({ folder, studio, people: [], room: 10_000 })
    const pdf = { bytes: Buffer.concat([Buffer.from('%PDF-1.7'), Buffer.alloc(4_000)]), title: 'A sheet' }
    const added = [await library.add('alice', pdf), await library.add('alice', pdf), await library.add('alice', pdf)]
    assert.deepEqual(
      added.map((each) => ('refused' in each ? each.refused : 'kept')),
      ['kept', 'kept', 'full'],
    )
    assert.equal((await library.list('alice')).length, 2)
    assert.ok('photo' in (await library.add('bob', pdf)))
    await studio.close()
    await rm(folder, { recursive: true })
  })
})
