/** `npm run pack`: the packages as tarballs, ready to publish, in dist/packages. */
import { join, relative } from 'node:path'
import { buildPackages } from './packages.ts'

for (const tarball of buildPackages(join(import.meta.dirname, '../dist/packages'))) {
  console.log(relative(process.cwd(), tarball))
}
