import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { browserName } from '../../src/parts/browser-name.ts'

const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0'

describe('what a browser is called', () => {
  const known = [
    ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox', 'Linux'],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/142.0.0.0`, 'Edge', 'Windows'],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${chrome} Safari/537.36`, 'Chrome', 'macOS'],
    [`Mozilla/5.0 (Linux; Android 16) ${chrome} Mobile Safari/537.36`, 'Chrome', 'Android'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/1 Safari/604.1', 'Safari', 'iPhone'],
    ['<script>', undefined, undefined],
    ['', undefined, undefined],
  ] as const
  for (const [userAgent, browser, system] of known) {
    it(`is ${browser ?? 'not known'} on ${system ?? 'nothing known'} for ${JSON.stringify(userAgent)}`, () => {
      assert.deepEqual(browserName(userAgent), { browser, system })
    })
  }
})
