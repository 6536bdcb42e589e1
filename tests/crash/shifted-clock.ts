/** Loaded into a server before anything else: its parent can set its clock, as somebody at the machine could. */
let shift = Number(process.env.SYMBOLON_TEST_CLOCK ?? 0)
const real = Date.now
Date.now = () => real() + shift * 1_000
process.on('message', (seconds) => {
  shift = Number(seconds)
  process.send?.(seconds)
})
// Whoever started this one is gone, and nobody would end it.
process.on('disconnect', () => process.exit())
process.channel?.unref()
