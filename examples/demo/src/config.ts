/** The demo's configuration: what one would write for a photo library and a print shop. */
export interface DemoAddresses {
  readonly issuer: string
  readonly port: number
  readonly photoLibrary: string
  readonly printShop: string
}

/** Who can sign in to the demo; the photo library keeps pictures for each. */
export const demoPeople = [
  { sub: 'a6Xk2pQ0vLr8', username: 'alice', email: 'alice@example.com', name: 'Alice Moreau' },
  { sub: 'b9Wm4tZ1cNs5', username: 'bob', email: 'bob@example.com', name: 'Bob Lindqvist' },
] as const

export const demoPassword = 'print my photos'

export const demoConfig = ({ issuer, port, photoLibrary, printShop }: DemoAddresses): string => `\
# The demo's configuration, written anew at each start: to change it, copy it and run
# symbolon serve --config COPY
issuer: ${issuer}
development: true
name: Symbolon
secret: { file: ./secret }
storage: sqlite:symbolon.db
listen: { port: ${port} }

clients:
  print-shop:
    client_name: Halftone
    client_uri: ${printShop}
    client_secret: { file: ./print-shop-secret }
    redirect_uris: [${printShop}/api/auth/callback/symbolon]
    post_logout_redirect_uris: [${printShop}, ${printShop}/]
    grant_types: [authorization_code, refresh_token]
  command-line:
    client_name: Command line
    client_name#de: Kommandozeile
    application_type: native
    redirect_uris: ['http://127.0.0.1/callback']
    grant_types: [authorization_code, refresh_token]

resources:
  ${photoLibrary}:
    name: Photo library
    scopes:
      photos:read:
        title: { en: See your photos, de: Ihre Fotos sehen }
        detail: { en: Small previews and their names., de: Kleine Vorschaubilder und ihre Namen. }
        risk: low
      photos:download:
        title: { en: Download your photos in full size, de: Ihre Fotos in voller Größe herunterladen }
        detail: { en: Needed to print them., de: Zum Drucken nötig. }
        optional: true
      photos:upload:
        title: { en: Add pictures to your photos, de: Bilder zu Ihren Fotos hinzufügen }
        detail: { en: It can’t change or delete any., de: Ändern oder löschen kann die App keine. }
        optional: true

people:
  - sub: ${demoPeople[0].sub}
    username: ${demoPeople[0].username}
    email: ${demoPeople[0].email}
    password: ${demoPassword}
    claims:
      name: ${demoPeople[0].name}
      given_name: Alice
      family_name: Moreau
      middle_name: Céleste
      nickname: Al
      preferred_username: alice
      profile: https://people.example.com/alice
      picture: https://people.example.com/alice.jpg
      website: https://alice.example.com
      gender: female
      birthdate: '1990-12-31'
      zoneinfo: Europe/Lisbon
      locale: en
      updated_at: 1767225600
      email_verified: true
      phone_number: +351 21 555 0134
      phone_number_verified: true
      address:
        formatted: |-
          Rua das Flores 12
          1200-195 Lisboa
          Portugal
        street_address: Rua das Flores 12
        locality: Lisboa
        region: Lisboa
        postal_code: 1200-195
        country: Portugal
  - sub: ${demoPeople[1].sub}
    username: ${demoPeople[1].username}
    email: ${demoPeople[1].email}
    password: ${demoPassword}
    claims:
      name: ${demoPeople[1].name}
      given_name: Bob
      family_name: Lindqvist
      preferred_username: bob
      locale: de
      zoneinfo: Europe/Berlin
      birthdate: '1985'
      updated_at: 1767225600
      email_verified: true
      phone_number: +49 30 5550 1234
      phone_number_verified: false
      address: { street_address: Gartenstraße 3, locality: Berlin, postal_code: '10115', country: Deutschland }
`
