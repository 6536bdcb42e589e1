import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import { encode } from 'jpeg-js'
import { PNG } from 'pngjs'
import { sizeOf } from '../src/file-types.ts'
import { uploadLimit } from '../src/routes.ts'
import { alice, bob, bytesOf, type Library, openLibrary, photosOf, type ShownPhoto } from './support.ts'

const jpeg = encode({ width: 640, height: 400, data: Buffer.alloc(640 * 400 * 4, 200) }, 80).data
const png = PNG.sync.write(
  Object.assign(new PNG({ width: 100, height: 200 }), { data: Buffer.alloc(100 * 200 * 4, 90) }),
)
const pdf = Buffer.from('%PDF-1.7\n%%EOF\n')

const upload = (library: Library, body: Buffer, init: { type: string; query?: string; slug?: string; sub?: string }) =>
  library.ask(
    `/photos${init.query ?? ''}`,
    { sub: init.sub ?? alice },
    {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { 'content-type': init.type, ...(init.slug !== undefined && { slug: init.slug }) },
    },
  )

describe('an upload', () => {
  const kinds = [
    ['image/jpeg', jpeg, { width: 640, height: 400 }, { width: 320, height: 200 }],
    ['image/png', png, { width: 100, height: 200 }, { width: 100, height: 200 }],
  ] as const
  for (const [type, bytes, size, small] of kinds)
    it(`of ${type} is kept for that person, with a thumbnail, over a restart`, async () => {
      await using library = await openLibrary()
      const response = await upload(library, bytes, { type, query: '?title=My%20%3Cb%3Esheet' })
      assert.equal(response.status, 201)
      const photo = (await response.json()) as ShownPhoto
      assert.equal(response.headers.get('location'), photo.links.self)
      assert.equal(photo.title, 'My <b>sheet')
      assert.deepEqual({ width: photo.width, height: photo.height }, size)
      await library.restart()
      assert.equal((await photosOf(await library.ask('/photos', { sub: alice })))[0]?.id, photo.id)
      const original = await library.ask(photo.links.original, { sub: alice })
      assert.equal(original.headers.get('content-type'), type)
      assert.deepEqual(await bytesOf(original), Buffer.from(bytes))
      const thumbnail = await library.ask(photo.links.thumbnail ?? '', { sub: alice })
      assert.deepEqual(sizeOf(await bytesOf(thumbnail)), small)
      assert.equal((await photosOf(await library.ask('/photos', { sub: bob }))).length, 8)
      assert.equal((await library.ask(photo.links.original, { sub: bob })).status, 404)
    })

  it('of a PDF is kept without a thumbnail', async () => {
    await using library = await openLibrary()
    const response = await upload(library, pdf, { type: 'application/pdf', slug: 'Kontaktb%C3%B6gen%0A1' })
    const photo = (await response.json()) as ShownPhoto
    assert.equal(photo.title, 'Kontaktbögen 1')
    assert.equal('width' in photo || 'thumbnail' in photo.links, false)
    assert.deepEqual(await bytesOf(await library.ask(photo.links.original, { sub: alice })), pdf)
    assert.equal((await library.ask(`${photo.links.self}/thumbnail`, { sub: alice })).status, 404)
  })

  it('by somebody the library does not know starts an album, whatever they are called', async () => {
    await using library = await openLibrary()
    const sub = '../../../alice/🐚'
    assert.equal((await upload(library, pdf, { type: 'application/pdf', sub })).status, 201)
    const photos = await photosOf(await library.ask('/photos', { sub }))
    assert.deepEqual(
      photos.map(({ title }) => title),
      ['Untitled'],
    )
  })

  const wrong = [
    ['text that calls itself a picture', 'image/png', Buffer.from('<script>alert(1)</script>'), 415],
    ['a type that is not kept', 'text/html', Buffer.from('<p>'), 415],
    ['JSON', 'application/json', Buffer.from('{}'), 415],
    ['nothing', 'image/jpeg', Buffer.alloc(0), 415],
    ['a JPEG that is none further on', 'image/jpeg', Buffer.concat([jpeg.subarray(0, 300), Buffer.alloc(50)]), 422],
    ['a JPEG without a frame', 'image/jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xd9]), 422],
    ['a PNG of nothing', 'image/png', png.subarray(0, 20), 422],
    ['a PNG that claims a vast size', 'image/png', withSide(png, 60_000), 422],
    ['a PNG with a second head of a vast size', 'image/png', withTwoHeads(png, 60_000), 422],
    ['more than 25 MB', 'image/jpeg', Buffer.alloc(uploadLimit + 1), 413],
  ] as const
  it('that is no picture or too large is refused and leaves nothing behind', async () => {
    await using library = await openLibrary()
    for (const [what, type, bytes, status] of wrong) {
      const response = await upload(library, bytes, { type })
      assert.equal(response.status, status, what)
      assert.equal(response.headers.get('content-type'), 'application/problem+json', what)
    }
    assert.equal((await photosOf(await library.ask('/photos', { sub: alice }))).length, 8)
    assert.deepEqual(library.errors, [])
  })
})

/** The same picture with a second head behind the first, which says another size. */
function withTwoHeads(bytes: Buffer, side: number): Buffer {
  const head = withSide(bytes, side).subarray(8, 29)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(head.subarray(4)))
  return Buffer.concat([bytes.subarray(0, 33), head, sum, bytes.subarray(33)])
}

/** The same picture with another width and height in its header. */
function withSide(bytes: Buffer, side: number): Buffer {
  const changed = Buffer.from(bytes)
  changed.writeUInt32BE(side, 16)
  changed.writeUInt32BE(side, 20)
  return changed
}
