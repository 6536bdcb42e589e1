/** Runs the print shop alone, configured by its environment. */
import { startPrintShop } from './server.ts'

const need = (name: string): string => {
  const value = process.env[name]
  if (value === undefined || value === '') {
    console.error(`The print shop needs ${name} in its environment.`)
    process.exit(1)
  }
  return value
}

const port = Number(process.env.PORT ?? 4200)
const shop = await startPrintShop({
  port,
  baseUrl: process.env.BASE_URL ?? `http://localhost:${port}`,
  issuer: need('AUTH_ISSUER'),
  clientId: need('AUTH_CLIENT_ID'),
  clientSecret: need('AUTH_CLIENT_SECRET'),
  secret: need('AUTH_SECRET'),
  photoLibrary: need('PHOTO_LIBRARY'),
})
console.log(`The print shop is open at ${shop.url}`)
