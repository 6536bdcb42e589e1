/** The floor's store on PostgreSQL: one round trip for each beat, prepared statements, spending and storing in one. */
import { Pool, types } from 'pg'
import { connections } from '../../world.ts'
import type { AccessToken, Code, FloorStore, Issued, Person, RefreshToken, Session } from './store.ts'
import { rows, schema, selects } from './store.ts'

const bigint = 20
types.setTypeParser(bigint, Number)

const marks = (from: number, count: number, kinds: readonly string[]) =>
  Array.from({ length: count }, (_, at) => `$${from + at}::${kinds[at] ?? 'text'}`).join(', ')

const tokenKinds = ['text', 'text', 'text', 'text', 'text', 'text', 'bigint', 'bigint']
const codeKinds = ['text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'bigint', 'bigint', 'bigint']

/** What is spent comes first; the inserts take their rows from it, so that a loser stores nothing. */
const spending = (spend: string) =>
  `with spent as (${spend}),
  access as (insert into access_tokens select ${marks(3, 8, tokenKinds)} from spent)
  insert into refresh_tokens select ${marks(11, 8, tokenKinds)} from spent`

const texts = {
  ...selects,
  insertAccess: `insert into access_tokens values (${marks(1, 8, tokenKinds)})`,
  insertCode: `insert into codes values (${marks(1, 12, codeKinds)})`,
  insertSessionAndCode: `with session as (insert into sessions values (${marks(13, 4, ['text', 'text', 'bigint', 'bigint'])})) insert into codes values (${marks(1, 12, codeKinds)})`,
  redeem: spending('update codes set used = $1::bigint where hash = $2::text and used is null returning 1'),
  rotate: spending(
    'update refresh_tokens set rotated = $1::bigint where hash = $2::text and rotated is null returning 1',
  ),
  useAssertion: `with spent as (insert into assertions values ($1::text, $2::bigint) on conflict do nothing returning 1)
  insert into access_tokens select ${marks(3, 8, tokenKinds)} from spent`,
  revokeAccess: 'delete from access_tokens where family = $1',
  revokeRefresh: 'delete from refresh_tokens where family = $1',
}

type Value = string | number | null

export async function openPostgresStore(
  location: string,
  people: readonly Person[],
  consent: { readonly client: string; readonly scope: string },
): Promise<FloorStore> {
  const pool = new Pool({ connectionString: location, max: connections, keepAlive: true })
  pool.on('error', () => {})
  await pool.query(schema)
  for (const { id, login, password, claims } of people) {
    await pool.query('insert into people values ($1, $2, $3, $4) on conflict do nothing', [id, login, password, claims])
    await pool.query('insert into consents values ($1, $2, $3) on conflict do nothing', [
      id,
      consent.client,
      consent.scope,
    ])
  }
  const run = (name: keyof typeof texts, values: Value[]) => pool.query({ name, text: texts[name], values })
  const read = async <Row>(name: keyof typeof texts, ...values: Value[]) =>
    (await run(name, values)).rows[0] as Row | undefined
  const done = async (name: keyof typeof texts, ...values: Value[]) => ((await run(name, values)).rowCount ?? 0) > 0
  const issued = ({ access, refresh }: Issued) => [...rows.access(access), ...rows.refresh(refresh)]

  return {
    person: (by, value) => read<Person>(by === 'id' ? 'personById' : 'personByLogin', value),
    accessToken: (hash) => read<AccessToken>('accessToken', hash),
    personOf: (hash) => read<AccessToken & Pick<Person, 'claims'>>('personOf', hash),
    code: (hash) => read<Code>('code', hash),
    refreshToken: (hash) => read<RefreshToken>('refreshToken', hash),
    session: (hash, client) => read<Session & { readonly consent: string }>('session', hash, client),
    insertAccessToken: async (token) => void (await done('insertAccess', ...rows.access(token))),
    insertCode: async (code, session) =>
      void (session === undefined
        ? await done('insertCode', ...rows.code(code))
        : await done('insertSessionAndCode', ...rows.code(code), ...rows.session(session))),
    redeemCode: (hash, now, tokens) => done('redeem', now, hash, ...issued(tokens)),
    rotate: (hash, now, tokens) => done('rotate', now, hash, ...issued(tokens)),
    useAssertion: (hash, expires, access) => done('useAssertion', hash, expires, ...rows.access(access)),
    revoke: async (grant) => {
      await done('revokeAccess', grant)
      await done('revokeRefresh', grant)
    },
  }
}
