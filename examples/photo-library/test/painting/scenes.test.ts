import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { albums } from '../../src/albums.ts'
import { paint, type Scene, scenes } from '../../src/painting/scenes.ts'

const names = Object.keys(scenes) as Scene[]
const small = (scene: Scene) => paint(scene, 96, 64)

describe('the scenes', () => {
  it('hang in exactly one album each', () => {
    const hung = Object.values(albums).flatMap((album) => album.map(({ scene }) => scene))
    assert.deepEqual(hung.toSorted(), names.toSorted())
  })

  it('come out the same every time, and each is different', () => {
    const painted = names.map((name) => Buffer.from(small(name)).toString('base64'))
    assert.deepEqual(
      names.slice(0, 4).map((name) => Buffer.from(small(name)).toString('base64')),
      painted.slice(0, 4),
    )
    assert.equal(new Set(painted).size, names.length)
  })

  for (const name of names)
    it(`${name} has light and dark, and no hole in it`, () => {
      const pixels = small(name)
      const brightness: number[] = []
      for (let at = 0; at < pixels.length; at += 4) {
        assert.equal(pixels[at + 3], 255)
        brightness.push(((pixels[at] ?? 0) + (pixels[at + 1] ?? 0) + (pixels[at + 2] ?? 0)) / 3)
      }
      const sorted = brightness.toSorted((a, b) => a - b)
      const contrast = (sorted[Math.floor(sorted.length * 0.95)] ?? 0) - (sorted[Math.floor(sorted.length * 0.05)] ?? 0)
      assert.ok(contrast > 40, `contrast ${contrast}`)
    })
})
