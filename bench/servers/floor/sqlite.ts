/** The floor's store on SQLite: statements prepared once, group commit, single use by `update … returning`. */
import type { SQLInputValue } from 'node:sqlite'
import { openSqlite } from '../group-commit.ts'
import type { AccessToken, Code, FloorStore, Issued, Person, RefreshToken, Session } from './store.ts'
import { rows, schema, selects } from './store.ts'

const marks = (count: number) => Array.from({ length: count }, (_, at) => `$${at + 1}`).join(', ')

export async function openSqliteStore(
  path: string,
  people: readonly Person[],
  consent: { readonly client: string; readonly scope: string },
): Promise<FloorStore> {
  const { prepare: make, commit } = openSqlite(path, schema)
  const prepare = (text: string) => make(text.replaceAll('$', '?'))
  const reads = Object.fromEntries(Object.entries(selects).map(([name, text]) => [name, prepare(text)])) as Record<
    keyof typeof selects,
    ReturnType<typeof prepare>
  >
  const insert = {
    access: prepare(`insert into access_tokens values (${marks(8)})`),
    refresh: prepare(`insert into refresh_tokens values (${marks(8)})`),
    code: prepare(`insert into codes values (${marks(12)})`),
    session: prepare(`insert into sessions values (${marks(4)})`),
    person: prepare(`insert into people values (${marks(4)}) on conflict do nothing`),
    consent: prepare(`insert into consents values (${marks(3)}) on conflict do nothing`),
    assertion: prepare('insert into assertions values ($1, $2) on conflict do nothing returning 1'),
  }
  const redeem = prepare('update codes set used = $1 where hash = $2 and used is null returning 1')
  const rotate = prepare('update refresh_tokens set rotated = $1 where hash = $2 and rotated is null returning 1')
  const revoke = [
    prepare('delete from access_tokens where family = $1'),
    prepare('delete from refresh_tokens where family = $1'),
  ]
  const read = async <Row>(name: keyof typeof reads, ...values: SQLInputValue[]) =>
    reads[name].get(...values) as Row | undefined
  const store = ({ access, refresh }: Issued) => {
    insert.access.run(...rows.access(access))
    insert.refresh.run(...rows.refresh(refresh))
  }
  const spend = (statement: typeof redeem, values: SQLInputValue[], then: () => void) =>
    commit(() => {
      if (statement.get(...values) === undefined) return false
      then()
      return true
    })

  await commit(() => {
    for (const { id, login, password, claims } of people) {
      insert.person.run(id, login, password, claims)
      insert.consent.run(id, consent.client, consent.scope)
    }
  })
  return {
    person: (by, value) => read(by === 'id' ? 'personById' : 'personByLogin', value),
    accessToken: (hash) => read<AccessToken>('accessToken', hash),
    personOf: (hash) => read<AccessToken & Pick<Person, 'claims'>>('personOf', hash),
    code: (hash) => read<Code>('code', hash),
    refreshToken: (hash) => read<RefreshToken>('refreshToken', hash),
    session: (hash, client) => read<Session & { readonly consent: string }>('session', hash, client),
    insertAccessToken: (token) => commit(() => void insert.access.run(...rows.access(token))),
    insertCode: (code, session) =>
      commit(() => {
        if (session !== undefined) insert.session.run(...rows.session(session))
        insert.code.run(...rows.code(code))
      }),
    redeemCode: (hash, now, issued) => spend(redeem, [now, hash], () => store(issued)),
    rotate: (hash, now, issued) => spend(rotate, [now, hash], () => store(issued)),
    useAssertion: (hash, expires, access) =>
      spend(insert.assertion, [hash, expires], () => void insert.access.run(...rows.access(access))),
    revoke: (grant) => commit(() => revoke.forEach((statement) => void statement.run(grant))),
  }
}
