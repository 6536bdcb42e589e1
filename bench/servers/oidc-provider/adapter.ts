/**
 * An honest adapter for oidc-provider: one row for each of its models, durable before it is answered, found by key and
 * by index only, single use marked in the row. Its interface is the library's.
 */
import { Pool, types } from 'pg'
import { connections } from '../../world.ts'
import { openSqlite } from '../group-commit.ts'

export type Payload = Record<string, unknown>

/** The library's adapter for one of its models. */
export interface Adapter {
  upsert(id: string, payload: Payload, expiresIn?: number): Promise<void>
  find(id: string): Promise<Payload | undefined>
  findByUid(uid: string): Promise<Payload | undefined>
  findByUserCode(code: string): Promise<Payload | undefined>
  consume(id: string): Promise<void>
  destroy(id: string): Promise<void>
  revokeByGrantId(grantId: string): Promise<void>
}

interface Row {
  readonly payload: string
  readonly consumed: number | null
  readonly expires: number | null
}

/** What both databases do, in the words of neither. */
interface Rows {
  put(values: readonly (string | number | null)[]): Promise<void>
  get(by: 'id' | 'uid', model: string, value: string): Promise<Row | undefined>
  consume(model: string, id: string, now: number): Promise<void>
  remove(by: 'id' | 'family', value: string, model: string): Promise<void>
}

const schema = `
create table if not exists models (model text not null, id text not null, payload text not null, family text, uid text, consumed bigint, expires bigint, primary key (model, id));
create index if not exists models_family on models (family);
create index if not exists models_uid on models (uid);
create index if not exists models_expiry on models (expires);
`

const texts = {
  put: 'insert into models (model, id, payload, family, uid, expires) values ($1, $2, $3, $4, $5, $6) on conflict (model, id) do update set payload = excluded.payload, family = excluded.family, uid = excluded.uid, expires = excluded.expires',
  id: 'select payload, consumed, expires from models where id = $1 and model = $2',
  uid: 'select payload, consumed, expires from models where uid = $1 and model = $2',
  consume: 'update models set consumed = $1 where model = $2 and id = $3 and consumed is null',
  removeOne: 'delete from models where id = $1 and model = $2',
  removeFamily: 'delete from models where family = $1 and model = $2',
}

function sqliteRows(path: string): Rows {
  const { prepare, commit } = openSqlite(path, schema)
  const made = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, prepare(text.replaceAll('$', '?'))]),
  ) as Record<keyof typeof texts, ReturnType<typeof prepare>>
  return {
    put: (values) => commit(() => void made.put.run(...values)),
    get: async (by, model, value) => made[by].get(value, model) as Row | undefined,
    consume: (model, id, now) => commit(() => void made.consume.run(now, model, id)),
    remove: (by, value, model) =>
      commit(() => void (by === 'id' ? made.removeOne : made.removeFamily).run(value, model)),
  }
}

const bigint = 20

async function postgresRows(location: string): Promise<Rows> {
  types.setTypeParser(bigint, Number)
  const pool = new Pool({ connectionString: location, max: connections, keepAlive: true })
  pool.on('error', () => {})
  await pool.query(schema)
  const run = (name: keyof typeof texts, values: readonly (string | number | null)[]) =>
    pool.query<Row>({ name, text: texts[name], values: [...values] })
  return {
    put: async (values) => void (await run('put', values)),
    get: async (by, model, value) => (await run(by, [value, model])).rows[0],
    consume: async (model, id, now) => void (await run('consume', [now, model, id])),
    remove: async (by, value, model) => void (await run(by === 'id' ? 'removeOne' : 'removeFamily', [value, model])),
  }
}

const nowSeconds = () => Math.floor(Date.now() / 1_000)
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export async function openAdapter(storage: string): Promise<(model: string) => Adapter> {
  const rows = storage.startsWith('sqlite:') ? sqliteRows(storage.slice('sqlite:'.length)) : await postgresRows(storage)
  const read = (row: Row | undefined): Payload | undefined => {
    if (row === undefined || (row.expires !== null && row.expires <= nowSeconds())) return undefined
    const payload: Payload = JSON.parse(row.payload)
    return row.consumed === null ? payload : { ...payload, consumed: row.consumed }
  }
  return (model) => ({
    upsert: (id, payload, expiresIn) =>
      rows.put([
        model,
        id,
        JSON.stringify(payload),
        textOf(payload.grantId),
        textOf(payload.uid),
        expiresIn === undefined ? null : nowSeconds() + expiresIn,
      ]),
    find: async (id) => read(await rows.get('id', model, id)),
    findByUid: async (uid) => read(await rows.get('uid', model, uid)),
    findByUserCode: async () => undefined,
    consume: (id) => rows.consume(model, id, nowSeconds()),
    destroy: (id) => rows.remove('id', id, model),
    revokeByGrantId: (grantId) => rows.remove('family', grantId, model),
  })
}
