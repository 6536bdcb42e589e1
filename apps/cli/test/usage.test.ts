/** How the command is asked, and what it says when it is asked wrongly. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { createPasswords } from '@symbolon/authorization-server/people/passwords'
import { writtenSchema } from '@symbolon/server/config/publish'
import { place, run } from './symbolon.ts'

const names = ['serve', 'flow', 'keys', 'invitations', 'config', 'hash-password', 'version']

describe('symbolon', () => {
  it('says what it can do, to whoever asks in any of the usual ways', async () => {
    for (const args of [[], ['help'], ['--help'], ['-h']]) {
      const { code, stdout, stderr } = await run(args)
      assert.deepEqual([code, stderr], [0, ''])
      for (const name of names) assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'))
    }
  })

  it('says of each command what it takes', async () => {
    for (const name of names) {
      const [asHelp, asOption] = await Promise.all([run(['help', name]), run([name, '--help'])])
      assert.equal(asHelp.code, 0)
      assert.match(asHelp.stdout, new RegExp(`^Usage: symbolon ${name}`))
      assert.equal(asOption.stdout, asHelp.stdout)
    }
  })

  const misuses: readonly (readonly [title: string, args: readonly string[], says: string])[] = [
    ['a command that there is not', ['sevre'], 'There is no command sevre. Did you mean serve?'],
    ['a command like no other', ['fetch-all'], 'There is no command fetch-all. symbolon help lists them.'],
    ['an option that there is not', ['serve', '--cofnig', 'x'], 'There is no option --cofnig. Did you mean --config?'],
    ['an option without its value', ['serve', '--config'], 'The option --config needs a value: --config FILE.'],
    ['a value for a flag', ['flow', '--json=yes'], 'The option --json takes no value.'],
    ['too many words', ['serve', 'now', '--config', 'x'], 'There is nothing to do with "now".'],
    ['a missing configuration', ['serve'], 'serve needs --config FILE.'],
    [
      'a port that is none',
      ['serve', '--config', 'x.yaml', '--port', '70000'],
      'A port is a number from 0 to 65535, not "70000".',
    ],
    [
      'workers that are none',
      ['serve', '--config', 'x.yaml', '--workers', 'many'],
      'Workers are a number from 1 to 64, or auto, not "many".',
    ],
    ['a reference that is none', ['flow', 'abc'], '"abc" is no reference; one looks like 8S1K-42QD.'],
    ['half a command', ['keys'], 'Usage: symbolon keys list, symbolon keys rotate, or symbolon keys revoke KID.'],
    [
      'an invitation for nobody',
      ['invitations', 'create', '--uses', '0'],
      '--uses is a number from 1 to 1000, not "0".',
    ],
    [
      'a note that would be two lines',
      ['invitations', 'create', '--note', 'one\ntwo'],
      '--note is one line of at most 200 characters.',
    ],
    [
      'a list that is to be made',
      ['invitations', 'list', '--uses', '2'],
      'Usage: symbolon invitations list, symbolon invitations create, or symbolon invitations revoke ID. Only create takes --uses, --for and --note.',
    ],
    [
      'an algorithm that there is not',
      ['keys', 'list', '--algorithm', 'none'],
      'The algorithm is one of ES256, RS256, PS256, EdDSA, ES384, ES512, PS384, PS512, RS384, RS512, ECDH-ES, RSA-OAEP-256, not "none".',
    ],
  ]
  for (const [title, args, says] of misuses) {
    it(`answers ${title} with one sentence and 2`, async () => {
      assert.deepEqual(await run(args), { code: 2, stdout: '', stderr: `${says}\n` })
    })
  }

  it('says when there is no demo to look at, with 4', async () => {
    using here = place()
    const { code, stderr } = await run(['flow'], { cwd: here.folder })
    assert.equal(code, 4)
    assert.match(stderr, /^There is no demo in \.symbolon\. Start it with npm start, or name .+\n$/)
  })
})

describe('symbolon hash-password', () => {
  it('hashes standard input without its line break', async () => {
    const { code, stdout } = await run(['hash-password'], { input: 'print my photos\n' })
    assert.equal(code, 0)
    const passwords = createPasswords((bytes) => randomBytes(bytes))
    assert.equal(await passwords.verify('print my photos', stdout.trim()), true)
  })

  it('asks for one when there is none', async () => {
    assert.equal((await run(['hash-password'])).code, 2)
  })
})

describe('symbolon config', () => {
  it('says that a file is right, and changes nothing', async () => {
    using here = place()
    const { code, stdout } = await run(['config', 'check', here.config])
    assert.deepEqual(
      [code, stdout],
      [0, `✓ ${here.config} is right: http://localhost:4999, 0 clients, 0 resources, 0 people\n`],
    )
  })

  it('says all that is wrong, with 5', async () => {
    using here = place('nmae: x\nlocale: "?"')
    const { code, stdout } = await run(['config', 'check', here.config])
    assert.equal(code, 5)
    const [first, second, last] = stdout.split('\n')
    assert.ok(first?.startsWith(`${here.config}:4:1  nmae: `))
    assert.ok(second?.startsWith(`${here.config}:5:9  locale: `))
    assert.equal(last, '✗ 2 problems')
    const { data } = JSON.parse((await run(['config', 'check', here.config, '--json'])).stdout)
    assert.deepEqual(
      data.problems.map(({ position }: { readonly position: unknown }) => position),
      [
        { line: 4, column: 1 },
        { line: 5, column: 9 },
      ],
    )
  })

  it('prints the schema that is published', async () => {
    assert.equal((await run(['config', 'schema'])).stdout, writtenSchema())
  })
})
