/** Runs the photo library alone, configured by its environment. */
import { startPhotoLibrary } from './server.ts'

const need = (name: string): string => {
  const value = process.env[name]
  if (value === undefined || value === '') {
    console.error(`The photo library needs ${name} in its environment.`)
    process.exit(1)
  }
  return value
}

const port = Number(process.env.PORT ?? 4100)
const library = await startPhotoLibrary({
  port,
  issuer: need('AUTH_ISSUER'),
  audience: process.env.BASE_URL ?? `http://localhost:${port}`,
  dataFolder: process.env.DATA_FOLDER ?? '.symbolon/photos',
  // ALICE and BOB: the subject identifiers of the two people whose pictures are there from the start.
  people: ['alice', 'bob'].flatMap((username) => {
    const sub = process.env[username.toUpperCase()]
    return sub === undefined ? [] : [{ sub, username }]
  }),
  log: (error) => console.error(error),
})
console.log(`The photo library is open at ${library.url}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void library.close())
