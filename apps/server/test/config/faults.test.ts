/** Every fault of a configuration: where it stands, what was expected, what came, and never a secret's value. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { loadConfig, readConfig } from '@symbolon/server/config/load'
import { ConfigurationError } from '@symbolon/server/config/problem'
import fc from 'fast-check'

const folder = mkdtempSync(join(tmpdir(), 'symbolon-config-'))
after(() => rmSync(folder, { recursive: true }))

const secret = 'Zk3vQw8xN1pT6yLr0sBd5uHj9mCf2aGe'

/** A configuration in YAML that is right but for `changed`; `LINE` marks the line that the problem must name. */
const yaml = (lines: string) => `issuer: https://id.example.com\nsecret: ${secret}\n${lines}\n`

const client = (lines: string, uris = '[https://a.example/cb]') =>
  yaml(`clients:\n  web:\n    redirect_uris: ${uris}\n${lines}`)

async function problemsOf(text: string, name = 'symbolon.yaml'): Promise<readonly string[]> {
  const file = join(folder, name)
  writeFileSync(file, text)
  try {
    await loadConfig(file, { EMPTY: '', WEAK: 'hunter2-hunter2' })
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error))
    return error.message.split('\n').map((line) => line.replaceAll(`${folder}/`, ''))
  }
  return []
}

interface Fault {
  readonly title: string
  readonly text: string
  readonly says: readonly string[]
  readonly never?: string
}

const redirectFault = (title: string, uri: string, expected: string): Fault => ({
  title,
  text: client('', `["${uri}"]`),
  says: [`symbolon.yaml:5:21  clients.web.redirect_uris[0]: expected ${expected}`],
})

const anyScheme = 'https://…, http:// with localhost, 127.0.0.1 or [::1], or a scheme of your own with a dot'

const faults: readonly Fault[] = [
  {
    title: 'an unknown key at the top, with the nearest that there is',
    text: yaml('isuer: x'),
    says: [
      'symbolon.yaml:3:1  isuer: expected a key of the configuration, got the unknown key isuer; did you mean issuer?',
    ],
  },
  {
    title: 'an unknown key of a client with the nearest that there is, and its weak secret',
    text: yaml(
      'clients:\n  web:\n    redirect_urls: [https://a.example/cb]\n    grant_types: [client_credentials]\n    client_secret: { env: WEAK }',
    ),
    says: [
      'symbolon.yaml:5:5  clients.web.redirect_urls: expected a key of a client, got the unknown key redirect_urls; did you mean redirect_uris?',
      'symbolon.yaml:7:20  clients.web.client_secret: expected a secret with at least 32 characters, got a text',
    ],
    never: 'hunter2',
  },
  {
    title: 'a key that stands elsewhere',
    text: yaml('port: 80'),
    says: [
      'symbolon.yaml:3:1  port: expected a key of the configuration, got the unknown key port; it stands in listen',
    ],
  },
  {
    title: 'a missing issuer and a missing secret, both at once',
    text: 'name: Example\n',
    says: ['symbolon.yaml:1:1  expected the key issuer', 'symbolon.yaml:1:1  expected the key secret'],
  },
  {
    title:
      'an issuer, and so any endpoint, with plain http (RFC 6749 §3.1) [RFC6749-3.1-06] [RFC6749-3.2-02] [RFC6749-10.8-01] [OAuth2.1-1.5-01] [OIDC-Core-3.1.2-01] [RFC7009-2-01] [RFC7662-2-01] [MCP-Auth-Communication_Security-01]',
    text: `issuer: http://id.example.com\nsecret: ${secret}\n`,
    says: [
      'symbolon.yaml:1:9  issuer: expected https://…, or http:// with localhost, 127.0.0.1 or [::1], got "http://id.example.com"',
    ],
  },
  {
    title: 'an issuer that only looks like loopback (attack 5)',
    text: `issuer: http://localhost.attacker.example\nsecret: ${secret}\n`,
    says: ['symbolon.yaml:1:9  issuer: expected https://…, or http:// with localhost'],
  },
  {
    title: 'an issuer with a query (RFC 8414 §2) [RFC9207-2-02]',
    text: `issuer: https://id.example.com?x=1\nsecret: ${secret}\n`,
    says: [
      'symbolon.yaml:1:9  issuer: expected an issuer without query and fragment (RFC 8414 §2), got "https://id.example.com?x=1"; did you mean https://id.example.com?',
    ],
  },
  {
    title: 'an issuer with a slash at the end',
    text: `issuer: https://id.example.com/\nsecret: ${secret}\n`,
    says: [
      'symbolon.yaml:1:9  issuer: expected an issuer without a slash at the end, got "https://id.example.com/"; did you mean https://id.example.com?',
    ],
  },
  {
    title: 'an issuer that clients would compare otherwise',
    text: `issuer: https://ID.example.com:443\nsecret: ${secret}\n`,
    says: ['symbolon.yaml:1:9  issuer: expected the issuer as every client will compare it'],
  },
  {
    title: 'development with an issuer that strangers can reach',
    text: yaml('development: true'),
    says: ['symbolon.yaml:1:9  issuer: expected a loopback address while development is on'],
  },
  {
    title: 'a secret that is too short, without showing it',
    text: 'issuer: https://id.example.com\nsecret: hunter2\n',
    says: ['symbolon.yaml:2:9  secret: expected a secret with at least 32 characters, got a text'],
    never: 'hunter2',
  },
  {
    title: 'a secret copied from an example',
    text: 'issuer: https://id.example.com\nsecret: change-me-change-me-change-me-change-me\n',
    says: ['symbolon.yaml:2:9  secret: expected a random secret, not an example'],
    never: 'change-me',
  },
  {
    title: 'a secret whose variable is not set',
    text: 'issuer: https://id.example.com\nsecret: { env: NOWHERE }\n',
    says: [
      'symbolon.yaml:2:9  secret: expected the environment variable NOWHERE to hold the value, got no such variable',
    ],
  },
  {
    title: 'a secret whose variable is empty',
    text: 'issuer: https://id.example.com\nsecret: { env: EMPTY }\n',
    says: [
      'symbolon.yaml:2:9  secret: expected the environment variable EMPTY to hold the value, got an empty variable',
    ],
  },
  {
    title: 'a secret whose file is not there',
    text: 'issuer: https://id.example.com\nsecret: { file: ./nowhere }\n',
    says: ['symbolon.yaml:2:9  secret: expected the file ./nowhere to hold the value, got no such file'],
  },
  {
    title: 'a reference that is none, without showing it',
    text: 'issuer: https://id.example.com\nsecret: { value: hunter2 }\n',
    says: ['symbolon.yaml:2:9  secret: expected a text, {env: NAME} or {file: PATH}, got a map'],
    never: 'hunter2',
  },
  {
    title: 'a storage of another kind, without showing its password',
    text: yaml('storage: mysql://root:hunter2@db/x'),
    says: [
      'symbolon.yaml:3:10  storage: expected memory, sqlite:PATH, postgres://…, or a reference to one, got a text',
    ],
    never: 'hunter2',
  },
  {
    title: 'a port that is no number',
    text: yaml('listen: { port: "4000" }'),
    says: ['symbolon.yaml:3:17  listen.port: expected a whole number from 0 to 65535, got "4000"'],
  },
  {
    title: 'TLS without its key',
    text: yaml('listen:\n  tls:\n    cert: { file: ./symbolon.yaml }'),
    says: ['symbolon.yaml:4:3  listen.tls: expected the key key'],
  },
  {
    title: 'TLS with files that hold something else',
    text: yaml('listen:\n  tls:\n    cert: { file: ./symbolon.yaml }\n    key: { file: ./symbolon.yaml }'),
    says: [
      'symbolon.yaml:5:11  listen.tls.cert: expected a certificate in PEM, got something else',
      "symbolon.yaml:6:10  listen.tls.key: expected the certificate's private key in PEM, got something else",
    ],
  },
  {
    title: 'a proxy that is no address',
    text: yaml('trustProxy: [10.0.0.0/8, 10.0.0.0/33]'),
    says: ['symbolon.yaml:3:26  trustProxy[1]: expected an address or network, as 10.0.0.1 or 10.0.0.0/8'],
  },
  {
    title: 'keys that every object has',
    text: yaml('constructor: 1\n__proto__: { issuer: x }'),
    says: [
      'symbolon.yaml:3:1  constructor: expected a key of the configuration, got the unknown key constructor',
      'symbolon.yaml:4:1  __proto__: expected a key of the configuration, got the unknown key __proto__',
    ],
  },
  {
    title: 'a text that no database can hold',
    text: yaml('name: "a\\0b"'),
    says: ['symbolon.yaml:3:7  name: expected a name, got a text with characters that are none'],
  },
  {
    title: 'aliases that unfold without end',
    text: yaml(
      `x: &a [1,2,3,4,5,6,7,8,9]\n${[...'bcdefgh'].map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]`).join('\n')}`,
    ),
    says: ['symbolon.yaml  expected a document of reasonable size, got aliases that unfold without end'],
  },
  {
    title: 'a time without a unit that is known',
    text: yaml('lifetimes: { accessToken: 10 minutes }'),
    says: [
      'symbolon.yaml:3:27  lifetimes.accessToken: expected a time from 10s to 1d, in seconds or as 90s, 10m, 12h or 30d, got "10 minutes"',
    ],
  },
  {
    title: 'a code that lives too long (RFC 6749 §4.1.2)',
    text: yaml('lifetimes: { code: 11m }'),
    says: ['symbolon.yaml:3:20  lifetimes.code: expected a time from 10s to 10m'],
  },
  {
    title: 'a refresh token that may idle longer than it may live',
    text: yaml('lifetimes: { refreshTokenIdle: 2d, refreshToken: 1d }'),
    says: [
      'symbolon.yaml:3:32  lifetimes.refreshTokenIdle: expected a time no longer than lifetimes.refreshToken, got a longer one',
    ],
  },
  {
    title: 'a flag that is a word',
    text: yaml('development: yes'),
    says: ['symbolon.yaml:3:14  development: expected true or false, got "yes"'],
  },
  {
    title: 'a language that is none',
    text: yaml('locale: "?"'),
    says: ['symbolon.yaml:3:9  locale: expected a language tag as de or pt-BR (BCP 47), got "?"'],
  },
  redirectFault(
    'a redirect address with a wildcard (attack 3)',
    'https://*.a.example/cb',
    'one whole address: there are no wildcards',
  ),
  redirectFault(
    'a redirect address with a fragment (RFC 6749 §3.1.2) [OAuth2.1-2.3-01]',
    'https://a.example/cb#x',
    'an address without a fragment (#…)',
  ),
  redirectFault(
    'a redirect address that is not absolute (RFC 6749 §3.1.2) [OAuth2.1-2.3-01] [OAuth2.1-2.3.1-01]',
    '/cb',
    'an absolute address in printable ASCII, got "/cb"',
  ),
  redirectFault(
    'a redirect address with plain http (RFC 9700 §2.6) [RFC9700-2.6-03]',
    'http://a.example/cb',
    anyScheme,
  ),
  redirectFault('a redirect address that runs script (attack 13)', 'javascript:alert(1)', anyScheme),
  redirectFault('a redirect address that holds data (attack 13)', 'data:text/html,x', anyScheme),
  redirectFault('a redirect address that is a file (attack 13)', 'file:///etc/passwd', anyScheme),
  redirectFault('a redirect address that runs old script (attack 13)', 'vbscript:x', anyScheme),
  redirectFault('a private-use scheme without a dot (RFC 8252 §7.1) [OAuth2.1-8.4.3-01]', 'myapp:/cb', anyScheme),
  redirectFault(
    'a redirect address with a user before the host (attack 4)',
    'http://localhost:80@evil.example/',
    'an address without a user name or password, got "http://…@evil.example/"',
  ),
  redirectFault(
    'a redirect host that only begins like loopback (attack 5)',
    'http://localhost.evil.example/cb',
    anyScheme,
  ),
  {
    title: 'a client page that runs script (attack 13)',
    text: client('    client_uri: javascript:alert(1)'),
    says: ['symbolon.yaml:6:17  clients.web.client_uri: expected https://…, or http:// with a loopback address'],
  },
  {
    title: 'a redirect address that is no list',
    text: client('', 'https://a.example/cb'),
    says: [
      'symbolon.yaml:5:20  clients.web.redirect_uris: expected a list with at least 1 of: an address, got "https://a.example/cb"',
    ],
  },
  {
    title:
      'a client without redirect addresses (RFC 6749 §3.1.2.2) [RFC6749-3.1.2.2-01] [RFC6749-10.2-01] [RFC8252-8.4-01]',
    text: yaml('clients:\n  web: { client_name: Web }'),
    says: [
      'symbolon.yaml:4:3  clients.web: expected redirect_uris, which the authorization_code grant needs (RFC 7591 §2), got a client without them',
    ],
  },
  {
    title: 'a method that needs a secret, without one',
    text: client('    token_endpoint_auth_method: client_secret_basic'),
    says: [
      'symbolon.yaml:4:3  clients.web: expected a client_secret, which its token_endpoint_auth_method needs, got a client without one',
    ],
  },
  {
    title: 'a public client with a secret, without showing it (RFC 6749 §10.1) [RFC6749-10.1-01] [OAuth2.1-2.4-01]',
    text: client(`    token_endpoint_auth_method: none\n    client_secret: ${secret}`),
    says: [
      'symbolon.yaml:7:20  clients.web.client_secret: expected no client_secret, as its token_endpoint_auth_method uses none, got a client with one',
    ],
    never: secret,
  },
  {
    title:
      "a client's secret that can be guessed, without showing it (OpenID Connect Core §16.19) [OIDC-Core-16.19-01]",
    text: client('    client_secret: { env: WEAK }'),
    says: ['symbolon.yaml:6:20  clients.web.client_secret: expected a secret with at least 32 characters, got a text'],
    never: 'hunter2',
  },
  {
    title: 'a method that there is not, with the nearest that there is',
    text: client('    token_endpoint_auth_method: client_secret_bsic'),
    says: [
      'symbolon.yaml:6:33  clients.web.token_endpoint_auth_method: expected one of none, client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, got "client_secret_bsic"; did you mean client_secret_basic?',
    ],
  },
  {
    title: 'private_key_jwt without keys',
    text: client('    token_endpoint_auth_method: private_key_jwt'),
    says: ['symbolon.yaml:4:3  clients.web: expected jwks, which private_key_jwt needs, got a client without keys'],
  },
  {
    title: 'a private key among the public ones, without showing it',
    text: client(
      '    token_endpoint_auth_method: private_key_jwt\n    jwks: { keys: [{ kty: EC, crv: P-256, x: a, y: b, d: hunter2 }] }',
    ),
    says: ['symbolon.yaml:7:20  clients.web.jwks.keys[0]: expected a public key, got one with its private part'],
    never: 'hunter2',
  },
  {
    title: 'a method that calculates with secrets, where that is not on',
    text: client(`    token_endpoint_auth_method: client_secret_jwt\n    client_secret: ${secret}`),
    says: [
      'symbolon.yaml:6:33  clients.web.token_endpoint_auth_method: expected clientSecretJwt: true, for a method that calculates with secrets, got client_secret_jwt; private_key_jwt proves the same, and needs no secret here',
    ],
  },
  {
    title: 'a secret that is too short for the algorithm (OpenID Connect Core §16.19)',
    text: `clientSecretJwt: true\n${client(
      `    token_endpoint_auth_method: client_secret_jwt\n    token_endpoint_auth_signing_alg: HS512\n    client_secret: ${secret}`,
    )}`,
    says: [
      'symbolon.yaml:9:20  clients.web.client_secret: expected a client_secret as long as the algorithm needs: 32 for HS256, 48 for HS384, 64 for HS512 (RFC 7518 §3.2), got a shorter one',
    ],
    never: secret,
  },
  {
    title: 'an algorithm with a shared secret for a client with a key',
    text: client(
      `    token_endpoint_auth_method: client_secret_basic\n    token_endpoint_auth_signing_alg: HS256\n    client_secret: ${secret}`,
    ),
    says: [
      'symbolon.yaml:7:38  clients.web.token_endpoint_auth_signing_alg: expected client_secret_jwt beside an algorithm with a shared secret, got another method',
    ],
  },
  {
    title: 'client credentials for a public client (RFC 6749 §4.4)',
    text: client('    grant_types: [authorization_code, client_credentials]'),
    says: [
      'symbolon.yaml:6:18  clients.web.grant_types: expected a client with credentials for client_credentials (RFC 6749 §4.4), got a public client',
    ],
  },
  {
    title: 'a public client without PKCE (RFC 9700 §2.1.1)',
    text: client('    require_pkce: false'),
    says: [
      'symbolon.yaml:6:19  clients.web.require_pkce: expected PKCE for a public client (RFC 9700 §2.1.1), got false',
    ],
  },
  {
    title: 'a client that wants to hear of sessions that ran out, and says not where',
    text: client('    backchannel_logout_at_expiry: true'),
    says: [
      'symbolon.yaml:6:35  clients.web.backchannel_logout_at_expiry: expected a backchannel_logout_uri at which it hears of it, got a client without one',
    ],
  },
  {
    title: 'a scope that no resource has, with the nearest that there is',
    text: client(
      '    scope: openid photos:reed\nresources:\n  https://photos.example: { name: Photos, scopes: { photos:read: See them } }',
    ),
    says: [
      'symbolon.yaml:6:12  clients.web.scope: expected scopes that OpenID or a resource of this client has, got "photos:reed"; did you mean photos:read?',
    ],
  },
  {
    title: 'a resource that there is not',
    text: client('    resources: [https://photos.example]'),
    says: [
      'symbolon.yaml:6:17  clients.web.resources[0]: expected a resource of this file, got "https://photos.example"',
    ],
  },
  {
    title: 'a resource with a fragment (RFC 8707 §2)',
    text: yaml('resources:\n  "https://photos.example#x": { name: Photos }'),
    says: [
      'symbolon.yaml:4:3  resources["https://photos.example#x"]: expected an absolute URI without a fragment (RFC 8707 §2)',
    ],
  },
  {
    title: "a resource that takes one of OpenID's scopes",
    text: yaml('resources:\n  https://photos.example: { name: Photos, scopes: { email: Read your mail } }'),
    says: [
      'symbolon.yaml:4:53  resources["https://photos.example"].scopes.email: expected a scope\'s name (one word, none of OpenID\'s own), got "email"',
    ],
  },
  {
    title: 'a scope whose words are not in English',
    text: yaml('resources:\n  https://photos.example: { name: Photos, scopes: { r: { title: { de: Sehen } } } }'),
    says: [
      'symbolon.yaml:4:65  resources["https://photos.example"].scopes.r.title: expected words, or a map from language to words with en among them, got a map',
    ],
  },
  {
    title: 'two clients of one name',
    text: yaml(
      'clients:\n  - { client_id: a, redirect_uris: [https://a.example/] }\n  - { client_id: a, redirect_uris: [https://a.example/] }',
    ),
    says: ['symbolon.yaml:5:18  clients[1].client_id: expected a client_id that no other has, got "a"'],
  },
  {
    title: 'a client of a list without its name',
    text: yaml('clients:\n  - { redirect_uris: [https://a.example/] }'),
    says: ['symbolon.yaml:4:5  clients[0]: expected a client_id of up to 255 ASCII characters, no spaces, got nothing'],
  },
  {
    title: 'two people who sign in with one name, however it is written',
    text: yaml(
      'people:\n  - { username: alice }\n  - { username: bob, email: bob@b.example }\n  - { username: ALICE, email: Bob@b.example }',
    ),
    says: [
      'symbolon.yaml:6:17  people[2].username: expected a username that nobody else has, got "ALICE"',
      'symbolon.yaml:6:31  people[2].email: expected a email that nobody else has, got "Bob@b.example"',
    ],
  },
  {
    title:
      'a person whom an API would take for a client, and a client for a person (RFC 9068 §5, RFC 9700 §2.6) [RFC9700-2.6-02] [RFC9068-5-02]',
    text: yaml(
      'people:\n  - { username: alice, sub: shop }\nclients:\n  shop: { redirect_uris: [https://shop.example/cb] }',
    ),
    says: [
      'symbolon.yaml:4:29  people[0].sub: expected a sub that is no client_id, got "shop"; an API would take the one for the other',
    ],
  },
  {
    title:
      'an app that wants tokens through the browser, where nobody allowed that (RFC 9700 §2.1.2) [RFC9700-2.1.2-01]',
    text: yaml(
      'clients:\n  spa: { redirect_uris: [https://spa.example/cb], grant_types: [implicit], response_types: [id_token, token] }',
    ),
    says: [
      'symbolon.yaml:4:103  clients.spa.response_types[1]: expected profile: compatible, for tokens that go through the browser, got "token"; code gives the same, and safely',
    ],
  },
  {
    title: 'a scope of two resources: what is allowed at one would be good at the other (attack 44)',
    text: yaml(
      'resources:\n  https://a.example: { name: A, scopes: { read: Read } }\n  https://b.example: { name: B, scopes: { write: Write, read: Read } }',
    ),
    says: [
      'symbolon.yaml:5:57  resources["https://b.example"].scopes.read: expected a scope that no other resource has, got one that https://a.example has, too; name it after its resource',
    ],
  },
  {
    title: 'a hash of another kind in place of a password, without showing it',
    text: yaml('people:\n  - { username: alice, password: "$2b$12$hunter2" }'),
    says: [
      'symbolon.yaml:4:34  people[0].password: expected a password, or its argon2id hash as symbolon hash-password writes it',
    ],
    never: 'hunter2',
  },
  {
    title: 'an unknown claim, with the nearest that there is',
    text: yaml('people:\n  - { username: alice, claims: { givenname: Alice } }'),
    says: [
      'symbolon.yaml:4:34  people[0].claims.givenname: expected a key of the standard claims, got the unknown key givenname; did you mean given_name?',
    ],
  },
  {
    title: 'a claim of the wrong type',
    text: yaml('people:\n  - { username: alice, claims: { email_verified: "true" } }'),
    says: ['symbolon.yaml:4:50  people[0].claims.email_verified: expected true or false, got "true"'],
  },
  {
    title: 'the same key twice',
    text: yaml('name: a\nname: b'),
    says: ['symbolon.yaml:4:1  expected well-formed YAML, got the same key twice'],
  },
  {
    title: 'YAML that is none, without quoting it',
    text: `issuer: https://id.example.com\nsecret: *hunter2\n`,
    says: ['symbolon.yaml:2:9  expected well-formed YAML, got an alias (*name) whose anchor (&name) is not there'],
    never: 'hunter2',
  },
]

describe('a configuration with faults', () => {
  for (const { title, text, says, never } of faults) {
    it(`names ${title}`, async () => {
      const problems = await problemsOf(text)
      assert.equal(problems.length, says.length, problems.join('\n'))
      for (const [at, start] of says.entries()) {
        assert.ok(problems[at]?.startsWith(start), `${problems[at]}\n  should start with\n${start}`)
      }
      if (never !== undefined) assert.ok(!problems.join('\n').includes(never))
    })
  }

  it('answers whatever it is given with a configuration or its problems', () => {
    const keys = fc.constantFrom('issuer', 'secret', 'clients', 'resources', 'people', 'lifetimes', 'listen', 'web')
    const key = fc.oneof(keys, fc.constantFrom('redirect_uris', 'scopes', 'jwks', 'keys', 'claims', 'tls'), fc.string())
    const anything = fc.anything({ key, maxDepth: 6, withNullPrototype: true, withDate: true, withBigInt: true })
    const whole = fc
      .record({ clients: anything, resources: anything, people: anything, listen: anything })
      .map((parts) => ({ issuer: 'https://id.example.com', secret, ...parts }))
    fc.assert(
      fc.property(fc.oneof(anything, whole), (value) => {
        try {
          readConfig(value, folder, {})
        } catch (error) {
          assert.ok(error instanceof ConfigurationError, String(error))
          assert.ok(!error.message.includes(secret))
        }
      }),
    )
  })

  it('tells all problems at once, in the order of the file', async () => {
    const problems = await problemsOf(
      'issuer: http://id.example.com\nnmae: x\nsecret: short\nclients:\n  web:\n    redirect_uris: ["*", "javascript:x"]\n    scop: a\npeople: 7\n',
    )
    assert.deepEqual(
      problems.map((line) => line.split('  ')[0]),
      ['1:9', '2:1', '3:9', '6:21', '6:26', '7:5', '8:9'].map((place) => `symbolon.yaml:${place}`),
    )
  })

  it('finds the place in JSON', async () => {
    const text = `{\n  "issuer": "https://id.example.com",\n  "secret": "${secret}",\n  "clients": {\n    "web": { "redirect_uris": ["ftp://a"] }\n  }\n}\n`
    assert.match(
      (await problemsOf(text, 'symbolon.json')).join('\n'),
      /^symbolon\.json:5:32 {2}clients\.web\.redirect_uris\[0\]: /,
    )
  })

  it('finds the place in TypeScript, and the nearest that is written for what is computed', async () => {
    const text = [
      'const uris = ["ftp://a"]',
      'export const config: unknown = {',
      "  issuer: 'https://id.example.com', // the address",
      `  secret: '${secret}',`,
      '  clients: {',
      "    'web': { redirect_uris: ['https://a.example/*'] },",
      '    other: {',
      '      redirect_uris: uris,',
      '      scoope: `x`,',
      '    },',
      '  },',
      '}',
    ].join('\n')
    const problems = await problemsOf(text, 'symbolon.config.ts')
    assert.deepEqual(
      problems.map((line) => line.split(':').slice(0, 3).join(':').split('  ')[0]),
      ['symbolon.config.ts:6:30', 'symbolon.config.ts:8:22', 'symbolon.config.ts:9:7'],
    )
  })

  it('says so when a TypeScript module has a syntax error, without quoting it', async () => {
    const problems = await problemsOf("export const config = { secret: 'hunter2' 'x' }", 'broken.ts')
    assert.match(problems.join('\n'), /^broken\.ts {2}expected a module that can be loaded, got a syntax error$/)
  })

  it('says so when the file is not there or of another kind', async () => {
    await assert.rejects(
      loadConfig(join(folder, 'nowhere.yaml')),
      /nowhere\.yaml {2}expected a file that can be read, got no such file$/,
    )
    await assert.rejects(loadConfig(join(folder, 'x.toml')), /x\.toml {2}expected a file named \.yaml, \.yml, \.json/)
  })
})
