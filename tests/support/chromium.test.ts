/** The tests' own browser: what the browser tests lean on. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { it } from 'node:test'
import { launchChromium } from './chromium.ts'

it('opens a page of a server on this machine and runs its script', async () => {
  const page = '<!doctype html><title>before</title><script>document.title = "after"</script>'
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const browser = await launchChromium()
  try {
    const tab = await browser.newPage()
    await tab.goto(`http://127.0.0.1:${port}/`)
    assert.equal(await tab.title(), 'after')
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
  }
})
