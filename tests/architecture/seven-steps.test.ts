/** The seven steps stand in the tree: every cell of the table has its file, every numbered file its cell. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fileOf, type Role, steps } from '../../protocol/src/flow.ts'
import { files } from './tree.ts'

const cells = steps.flatMap((step) =>
  (Object.keys(step.parts) as Role[]).map((role) => `roles/${role}/src/flow/${fileOf(step)}`),
)
const numbered = files('{protocol,roles,adapters,apps,examples}/**/[0-9]*-*.ts').filter(
  (file) => file.includes('/src/') && !file.includes('/migrations/'),
)

describe('the seven steps (RFC 6749 §1.2 and §4.1)', () => {
  for (const cell of cells) {
    it(`has its file for the cell ${cell}`, () => {
      assert.ok(numbered.includes(cell))
    })
  }

  it('numbers no other file', () => {
    assert.deepEqual(
      numbered.filter((file) => !cells.includes(file)),
      [],
    )
  })

  it('goes from 1 to 7, each step between two different roles', () => {
    assert.deepEqual(
      steps.map(({ number }) => number),
      [1, 2, 3, 4, 5, 6, 7],
    )
    for (const { from, to } of steps) assert.notEqual(from, to)
  })
})
