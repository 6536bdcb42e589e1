/** What the demo says of a flow that failed, down to the command that tells more. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { flowEvent } from '../../../roles/authorization-server/test/support/back-channel/flow-event.ts'
import { createFlowLines } from '../src/flow-lines.ts'

const plain = (_: string, text: string) => text

describe('the lines of a flow that failed', () => {
  it('end with a command that can be typed as it stands, wherever the data is', () => {
    const failed = flowEvent({ flow: '8S1K-42QD', outcome: 'refused', reason: 'code_expired' })
    const more = (data?: string) => createFlowLines(plain, data)(failed).at(-1)?.trim()
    assert.match(more() ?? '', /^more +npx symbolon flow 8S1K-42QD$/)
    assert.match(more('elsewhere/data') ?? '', /^more +npx symbolon flow 8S1K-42QD --data elsewhere\/data$/)
  })
})
