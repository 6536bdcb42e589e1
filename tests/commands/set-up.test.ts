/** What `npm start` and `npm test` do before anything else. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'node:test'

const program = join(import.meta.dirname, '../../scripts/set-up.mjs')

/** Runs the set-up as a Node of another version would. */
function setUpOn(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const preload = `data:text/javascript,${encodeURIComponent(pretend)}`
  return spawnSync(process.execPath, ['--import', preload, program], { encoding: 'utf8' })
}

it('says in one sentence which Node is wanted, and ends', () => {
  const { status, stdout, stderr } = setUpOn('18.19.0')
  assert.equal(stderr, 'Symbolon needs Node 20 or newer to set itself up; this is Node 18.19.0.\n')
  assert.equal(stdout, '')
  assert.equal(status, 1)
})

it('does and says nothing where everything is installed', () => {
  const { status, stdout, stderr } = setUpOn('20.0.0')
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
})
