/**
 * Loaded into every test file's process by `npm test`: a file that never ends, because something it opened still is,
 * fails and says what was open.
 */
const limit = Number(process.env.SYMBOLON_TEST_FILE_LIMIT ?? 0)
if (limit > 0) {
  const end = () => {
    const open = process.getActiveResourcesInfo().join(', ')
    console.error(`This file did not end within ${limit / 1000} s; still open: ${open || 'nothing'}.`)
    process.exit(1)
  }
  setTimeout(end, limit).unref()
}
