import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { assets, iconPath, scriptPath, submitPath, themePath } from '../src/assets.ts'

const size = (path: string): number => gzipSync(assets.get(path)?.body ?? '', { level: 9 }).length

describe('the assets', () => {
  it('are light: 8 KB of style and 6 KB of script, compressed', () => {
    assert.deepEqual([...assets.keys()], [themePath, scriptPath, submitPath, iconPath])
    assert.ok(size(themePath) > 0 && size(themePath) <= 8 * 1024, `${size(themePath)} bytes of style`)
    assert.ok(size(scriptPath) > 0 && size(scriptPath) <= 6 * 1024, `${size(scriptPath)} bytes of script`)
  })

  it('load nothing from elsewhere', () => {
    for (const { body } of assets.values()) {
      assert.doesNotMatch(body, /url\(|@import|https?:\/\/(?!www\.w3\.org\/)/)
    }
  })

  it('make no HTML or code from text, as Trusted Types demand', () => {
    assert.doesNotMatch(
      assets.get(scriptPath)?.body ?? '',
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|createContextualFragment/,
    )
  })
})
