import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { reduce, shrink } from '../../src/painting/shrink.ts'

describe('shrink', () => {
  it('fits the longer side and keeps the shape', () => {
    const { width, height } = shrink({ width: 1000, height: 3000, data: new Uint8Array(12_000_000) }, 320)
    assert.deepEqual([width, height], [107, 320])
  })

  it('leaves small pictures in their size, and the thinnest with a pixel', () => {
    assert.equal(shrink({ width: 10, height: 5, data: new Uint8Array(200) }, 320).width, 10)
    assert.equal(shrink({ width: 4000, height: 1, data: new Uint8Array(16_000) }, 320).height, 1)
  })

  it('averages what each pixel stands for, on white where it shines through', () => {
    const data = Uint8Array.from([0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255])
    const one = reduce({ width: 2, height: 2, data }, { width: 1, height: 1 })
    assert.deepEqual([...one.data], [191, 191, 191, 255])
  })
})
