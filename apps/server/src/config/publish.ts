/** What is published of the schema: the JSON schema that editors read, and the tables of the documentation. */

import { clientFields } from './client-fields.ts'
import { keysFields } from './keys-schema.ts'
import { lifetimeFields } from './lifetimes-schema.ts'
import { listenFields, tlsFields } from './listen-schema.ts'
import { outgoingFields } from './outgoing-schema.ts'
import { claimFields, personFields } from './people-schema.ts'
import type { Fields } from './record.ts'
import { registrationFields } from './registration-schema.ts'
import { resourceFields, scopeFields } from './resource-schema.ts'
import { configFields, configKind } from './schema.ts'

/** Draft 2020-12, for `# yaml-language-server: $schema=…` and `"$schema"` alike. */
export const jsonSchema = (): Readonly<Record<string, unknown>> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Symbolon configuration',
  ...configKind.schema,
})

export const writtenSchema = (): string => `${JSON.stringify(jsonSchema(), null, 2)}\n`

const tables: Readonly<Record<string, Fields>> = {
  configuration: configFields,
  listen: listenFields,
  tls: tlsFields,
  lifetimes: lifetimeFields,
  keys: keysFields,
  outgoing: outgoingFields,
  registration: registrationFields,
  client: clientFields,
  resource: resourceFields,
  scope: scopeFields,
  person: personFields,
  claims: claimFields,
}

/** Writes each table of the documentation anew between its marks, and leaves all other words alone. */
export const withTables = (document: string): string =>
  document.replace(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_whole, start: string, name: string, end: string) => `${start}${table(name)}${end}`,
  )

function table(name: string): string {
  const fields = tables[name]
  if (fields === undefined) throw new Error(`The documentation asks for a table ${name} that there is not.`)
  const rows = Object.entries(fields).map(([key, { about, demand, fallbackShown, kind }]) => {
    const fallback = demand === 'required' ? '**required**' : demand === 'optional' ? '' : (fallbackShown ?? '')
    return `| \`${key}\` | ${inCell(kind.expected)} | ${inCell(fallback)} | ${inCell(about)} |`
  })
  return ['', '| Key | Value | Default | Meaning |', '| --- | --- | --- | --- |', ...rows, '', ''].join('\n')
}

const inCell = (text: string) => text.replaceAll('|', '\\|')
