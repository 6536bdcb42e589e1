/** The contract on PostgreSQL. */
import { sharedPostgres } from '../../../tests/support/postgres.ts'
import { contract } from './contract.ts'

contract({ name: 'PostgreSQL', fresh: async () => (await sharedPostgres()).createDatabase(), shared: true })
