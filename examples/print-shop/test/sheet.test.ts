/** The PDF: whole, in pages, and printed whatever its pictures are. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isPrintable } from '../src/pictures.ts'
import { makeSheet, type SheetPhoto } from '../src/sheet.ts'
import { createSheets } from '../src/sheets.ts'
import { chunk, jpeg, png, readPdf } from './support.ts'

const sheetOf = (photos: readonly SheetPhoto[], change: { title?: string; owner?: string; columns?: number } = {}) =>
  makeSheet({ title: 'My photos', owner: 'Alice', columns: 3, photos, printedOn: new Date(0), ...change })

const many = (count: number): readonly SheetPhoto[] =>
  Array.from({ length: count }, (_, at) => ({ title: `Photo ${at}`, image: jpeg() }))

describe('a sheet', () => {
  it('has as many pages as its photos need', async () => {
    for (const [count, columns, pages] of [
      [1, 3, 1],
      [12, 3, 1],
      [13, 3, 2],
      [60, 2, 10],
    ] as const) {
      assert.deepEqual(readPdf(await sheetOf(many(count), { columns })), { pages, images: count })
    }
  })

  it('keeps to its page with a title, an owner and captions of any length and script', async () => {
    const long = `${'A very long name '.repeat(80)}\nand ${'x'.repeat(2000)} 写真 🐚 \0 \u2028`
    const photos = [{ title: long, image: jpeg() }]
    assert.deepEqual(readPdf(await sheetOf(photos, { title: long, owner: long })), { pages: 1, images: 1 })
  })

  it('leaves a place empty where a picture is missing', async () => {
    const pdf = await sheetOf([...many(2), { title: 'gone', image: undefined }])
    assert.deepEqual(readPdf(pdf), { pages: 1, images: 2 })
  })
})

describe('a picture', () => {
  it('that can be printed as it is makes a sheet', async () => {
    for (const image of [jpeg(), jpeg(5000), png(), png({ colours: 0, data: Buffer.from('00', 'hex') })]) {
      assert.equal(isPrintable(image), true)
      assert.deepEqual(readPdf(await sheetOf([{ title: '', image }])), { pages: 1, images: 1 })
    }
  })

  it('that would stop the PDF writer, or the whole shop, never gets there', () => {
    const whole = png()
    const endless = Buffer.concat([whole.subarray(0, 33), Buffer.from('fffffff449444154', 'hex'), Buffer.alloc(20)])
    const twoHeads = Buffer.concat([whole.subarray(0, -12), whole.subarray(8, 33), whole.subarray(-12)])
    const shining = Buffer.concat([whole.subarray(0, 33), chunk('tRNS', Buffer.alloc(6)), whole.subarray(33)])
    const wrong: Readonly<Record<string, Buffer>> = {
      nothing: Buffer.alloc(0),
      text: Buffer.from('<script>alert(1)</script>'),
      'a PDF': Buffer.from('%PDF-1.7\n%%EOF\n'),
      'a JPEG without a frame': Buffer.from('ffd8ffd9', 'hex'),
      'a JPEG that ends in its frame': jpeg().subarray(0, 8),
      'a JPEG of no height': Buffer.from(jpeg().toString('hex').replace('00030004', '00000004'), 'hex'),
      'a PNG with pixels to decode that are broken': png({ colours: 6, data: Buffer.from('no pixels') }),
      'a PNG to decode of a vast size': png({ colours: 6, width: 0x7fffffff }),
      'a PNG in several passes': png({ interlaced: 1 }),
      'a PNG that shines through': shining,
      'a PNG with two heads': twoHeads,
      'a PNG with a chunk without end': endless,
    }
    for (const [what, bytes] of Object.entries(wrong)) assert.equal(isPrintable(bytes), false, what)
    for (let length = 0; length < whole.length; length++) assert.equal(isPrintable(whole.subarray(0, length)), false)
  })
})

describe('the sheets that are kept', () => {
  const order = (owner: string, size = 10) => ({
    owner,
    title: '',
    photos: [],
    columns: 3,
    fullSize: true,
    small: 0,
    pdf: Buffer.alloc(size),
  })

  it('take a bounded room, and nobody pushes out the sheets of others by the number of their own', () => {
    const sheets = createSheets({ bytes: 100, perOwner: 2 })
    const hers = sheets.add(order('alice'))
    const his = Array.from({ length: 20 }, () => sheets.add(order('bob')))
    assert.ok(sheets.find(hers.id, 'alice'))
    assert.equal(his.filter(({ id }) => sheets.find(id, 'bob')).length, 2)
    const large = sheets.add(order('carol', 95))
    assert.equal(sheets.find(hers.id, 'alice'), undefined)
    assert.ok(sheets.find(large.id, 'carol'))
  })

  it('are found by their owner alone', () => {
    const sheets = createSheets()
    const { id } = sheets.add(order('alice'))
    assert.ok(sheets.find(id, 'alice'))
    assert.equal(sheets.find(id, 'bob'), undefined)
  })
})
