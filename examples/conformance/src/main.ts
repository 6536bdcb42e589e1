/** `npm run conformance`: starts the server under test, and says what to do with the suite or does it. */
import { relative, resolve } from 'node:path'
import { type Command, CommandFailure, exitCodes, type Given, portFrom } from '@symbolon/cli/command'
import { runProgram } from '@symbolon/cli/program'
import { untilSignal } from '@symbolon/cli/signals'
import { password, people } from './people.ts'
import { type Plan, plans, shortName } from './plans.ts'
import { runPlans } from './run.ts'
import { type Conformance, startConformance } from './start.ts'
import { usualSuite } from './suite.ts'

const usual = {
  port: 4_443,
  folder: '.symbolon/conformance',
  host: '127.0.0.1',
  name: 'host.docker.internal',
  chromium: '/usr/bin/chromium',
}
const names = plans.map(shortName)

const command: Command = {
  takes: '[--run [PLAN …]]',
  about: `Runs an authorization server over TLS for the conformance suite of the OpenID Foundation: ${names.join(', ')}.`,
  most: names.length,
  options: {
    run: { type: 'boolean', about: 'Has the suite run these plans, or all, says how they end, and stops.' },
    module: { type: 'string', value: 'NAME', about: 'With --run: only modules of this name.' },
    chromium: { type: 'string', value: 'FILE', about: `With --run: the browser. ${usual.chromium}.` },
    port: {
      type: 'string',
      value: 'PORT',
      about: `Where it listens. ${usual.port}.`,
    },
    control: { type: 'string', value: 'PORT', about: 'Where keys are rotated, on loopback; the next one.' },
    host: { type: 'string', value: 'ADDRESS', about: `The address it listens on. ${usual.host}.` },
    name: { type: 'string', value: 'HOST', about: `The name the suite reaches it by, in its issuer. ${usual.name}.` },
    suite: { type: 'string', value: 'URL', about: `Where the suite is. ${usualSuite.base}.` },
    alias: { type: 'string', value: 'ALIAS', about: `The alias of the plans. ${usualSuite.alias}.` },
    'suite-ca': { type: 'string', value: 'FILE', about: "What the suite's addresses are trusted by; one made here." },
    cert: { type: 'string', value: 'FILE', about: 'A certificate of your own, PEM; with --key.' },
    key: { type: 'string', value: 'FILE', about: 'Its private key, PEM.' },
    data: { type: 'string', value: 'FOLDER', about: `Where everything is kept. ${usual.folder}.` },
  },
  run: async ({ text, flag, positionals }) => {
    const chosen = flag('run') ? chosenPlans(positionals) : undefined
    if (chosen === undefined && positionals.length > 0)
      throw new CommandFailure('Plans are named with --run.', exitCodes.usage)
    const port = portFrom(text('port'), 65_534) ?? usual.port
    const suiteCertificate = text('suite-ca')
    const tls = ownCertificate(text)
    const conformance = await startConformance({
      folder: resolve(text('data') ?? usual.folder),
      issuer: `https://${text('name') ?? usual.name}:${port}`,
      host: text('host') ?? usual.host,
      port,
      controlPort: portFrom(text('control')) ?? port + 1,
      suite: { base: suiteBase(text('suite')), alias: text('alias') ?? usualSuite.alias },
      ...(tls && { tls }),
      ...(suiteCertificate !== undefined && { suiteCertificate }),
      log: ({ level, cause }) => {
        if (level === 'error' && cause instanceof Error) process.stderr.write(`${cause.stack ?? cause.message}\n`)
      },
    })
    if (chosen === undefined) {
      const asked = untilSignal()
      process.stdout.write(welcome(conformance))
      await asked
      await conformance.close()
      return exitCodes.ok
    }
    const isGood = await runPlans(conformance, chosen, {
      token: process.env.CONFORMANCE_TOKEN,
      only: text('module'),
      chromium: text('chromium') ?? process.env.SYMBOLON_CHROMIUM ?? usual.chromium,
      say: (line) => process.stdout.write(`${line}\n`),
    }).finally(() => conformance.close())
    return isGood ? exitCodes.ok : exitCodes.failed
  },
}

function chosenPlans(chosen: readonly string[]): readonly Plan[] {
  const unknown = chosen.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new CommandFailure(`There is no plan ${unknown}: ${names.join(', ')}.`, exitCodes.usage)
  return chosen.length === 0 ? plans : plans.filter((plan) => chosen.includes(shortName(plan)))
}

function ownCertificate(text: Given['text']): { readonly cert: string; readonly key: string } | undefined {
  const [cert, key] = [text('cert'), text('key')]
  if (cert === undefined && key === undefined) return undefined
  if (cert !== undefined && key !== undefined) return { cert, key }
  throw new CommandFailure('A certificate needs both --cert and --key.', exitCodes.usage)
}

function suiteBase(given: string = usualSuite.base): string {
  const url = URL.parse(given)
  if (url?.protocol !== 'https:') throw new CommandFailure('The suite is at an https address.', exitCodes.usage)
  return url.href.replace(/\/$/, '')
}

function welcome({ issuer, control, composeFile, configFile, plansFolder }: Conformance): string {
  const shown = (file: string) => relative(process.cwd(), file) || file
  return [
    '',
    `  Issuer    ${issuer}`,
    `  Discovery ${issuer}/.well-known/openid-configuration`,
    `  Sign in   as ${people.map(({ username }) => username).join(' or ')}, password: ${password}`,
    `  Rotate    curl -X POST ${control}/rotate-keys`,
    `  Suite     docker compose -f docker-compose-prebuilt.yml -f ${composeFile} up`,
    `  Plans     ${shown(plansFolder)}/*.json: paste one into the suite`,
    `  Config    ${shown(configFile)}`,
    '',
    '  For tests only: its secrets and passwords are known to everybody. Stop with Ctrl-C.',
    '',
  ].join('\n')
}

await runProgram('npm run conformance --', command)
