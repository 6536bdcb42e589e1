import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from 'jpeg-js'
import { sizeOf, typeOf } from '../src/file-types.ts'

const jpeg = encode({ width: 33, height: 17, data: Buffer.alloc(33 * 17 * 4) }, 50).data

describe('typeOf', () => {
  it('goes by the first bytes', () => {
    assert.equal(typeOf(jpeg), 'image/jpeg')
    assert.equal(typeOf(Buffer.from('89504e470d0a1a0a', 'hex')), 'image/png')
    assert.equal(typeOf(Buffer.from('%PDF-1.4')), 'application/pdf')
    for (const other of ['', 'GIF89a', '<svg', ' %PDF-']) assert.equal(typeOf(Buffer.from(other)), undefined)
  })
})

describe('sizeOf', () => {
  it('reads the frame of a JPEG past the segments before it', () => {
    assert.deepEqual(sizeOf(jpeg), { width: 33, height: 17 })
    const comment = Buffer.from([0xff, 0xfe, 0x00, 0x06, 0xff, 0xc0, 0x00, 0x00])
    assert.deepEqual(sizeOf(Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)])), { width: 33, height: 17 })
  })

  it('gives none for a file that ends too soon, at whatever byte', () => {
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    for (let length = 0; length < frame + 9; length++) assert.equal(sizeOf(jpeg.subarray(0, length)), undefined)
  })
})
