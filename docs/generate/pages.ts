/** The documents that are made from the code's own tables: `npm run docs` writes them, a test compares them. */
import { fileOf, type Step, steps } from '@symbolon/protocol/flow'
import { refusals, wireDescriptions } from '@symbolon/protocol/refusals'
import { flowPicture } from './flow-picture.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

const roles = ['resource-owner', 'client', 'authorization-server', 'resource-server'] as const

function flowPage(): string {
  const rows = steps.map((step: Step) => {
    const cells = roles.map((role) => {
      const part = step.parts[role]
      return part === undefined ? '' : `[${part}](../roles/${role}/src/flow/${fileOf(step)})`
    })
    return `| ${step.number} | ${step.name} | ${step.from} → ${step.to} | ${cells.join(' | ')} |`
  })
  const told = steps.map(({ number, name, summary }) => `${number}. **${name}**: ${summary}`)
  return `# The flow

![The seven steps between the four roles](the-flow.svg)

${told.join('\n')}

Every cell is a file, with the same name at both ends:

| | step | from → to | ${roles.join(' | ')} |
|---|---|---|${roles.map(() => '---|').join('')}
${rows.join('\n')}

Made from [protocol/src/flow.ts](../protocol/src/flow.ts).
`
}

function refusalsPage(): string {
  const rows = Object.entries(refusals).map(
    ([reason, { error, spec, why, fix }]) =>
      `| <a id="${reason}"></a>\`${reason}\` | \`${error}\` | ${cell(why)} | ${cell(fix)} | ${cell(spec)} |`,
  )
  const wire = Object.entries(wireDescriptions).map(([error, text]) => `| \`${error}\` | ${text} |`)
  return `# Refusals

Every reason for which Symbolon refuses a request. The record, the log and, in development, the error itself name the
reason; otherwise the wire carries only the error and a sentence that does not tell which check failed.

| reason | error on the wire | why | what helps | rule |
|---|---|---|---|---|
${rows.join('\n')}

## On the wire

| error | description |
|---|---|
${wire.join('\n')}

Made from [protocol/src/refusals.ts](../protocol/src/refusals.ts).
`
}

/** By path below \`docs/\`. */
export const pages = (): ReadonlyMap<string, string> =>
  new Map([
    ['the-flow.svg', flowPicture()],
    ['the-flow.md', flowPage()],
    ['refusals.md', refusalsPage()],
  ])
