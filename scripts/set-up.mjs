/**
 * What `npm start` and `npm test` do first: everything this checkout needs, on a machine with nothing but Node and npm.
 *
 * Only this file must run on any Node, so it says what is wanted before the rest is read.
 */
const oldest = 20
if (Number.parseInt(process.versions.node, 10) < oldest) {
  console.error(`Symbolon needs Node ${oldest} or newer to set itself up; this is Node ${process.versions.node}.`)
  process.exit(1)
}
import('./install.mjs').then((step) => step.install())
