/** `npm run conformance:client`: runs the suite's plans for relying parties against the example app. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import tls from 'node:tls'
import { type Command, CommandFailure, exitCodes, portFrom } from '@symbolon/cli/command'
import { runProgram } from '@symbolon/cli/program'
import { openDataFolder } from '@symbolon/server/config/data-folder'
import { exportJWK, generateKeyPair } from 'jose'
import { certificateIn } from '../certificates.ts'
import { usualSuite } from '../suite.ts'
import { createSuiteApi } from '../suite-api.ts'
import { type Driving, type Outcome, runPlan } from './drive.ts'
import { relyingPartyPlans } from './plans.ts'

const usual = {
  port: 4_445,
  folder: '.symbolon/conformance',
  address: '127.0.0.1',
  host: 'host.docker.internal',
  alias: 'symbolon-rp',
}
const names = relyingPartyPlans.map(({ name }) => name)

const command: Command = {
  takes: '[PLAN …]',
  about: `Runs the plans for relying parties of the conformance suite against an app with @symbolon/client: ${names.join(', ')}.`,
  most: names.length,
  options: {
    suite: { type: 'string', value: 'URL', about: `Where the suite is. ${usualSuite.base}.` },
    alias: { type: 'string', value: 'ALIAS', about: `The alias of the plans. ${usual.alias}.` },
    'suite-ca': { type: 'string', value: 'FILE', about: 'What the suite is trusted by; the one made for it.' },
    port: { type: 'string', value: 'PORT', about: `Where the app listens. ${usual.port}.` },
    host: { type: 'string', value: 'ADDRESS', about: `The address it listens on. ${usual.address}.` },
    name: { type: 'string', value: 'HOST', about: `The name the suite reaches it by. ${usual.host}.` },
    data: { type: 'string', value: 'FOLDER', about: `Where everything is kept. ${usual.folder}.` },
  },
  run: async ({ text, positionals }) => {
    const plans = relyingPartyPlans.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
    const unknown = positionals.find((name) => !names.includes(name))
    if (unknown !== undefined)
      throw new CommandFailure(`There is no plan ${unknown}: ${names.join(', ')}.`, exitCodes.usage)
    const base = (text('suite') ?? usualSuite.base).replace(/\/$/, '')
    const folder = resolve(text('data') ?? usual.folder)
    openDataFolder(folder)
    const host = text('name') ?? usual.host
    const own = await certificateIn(folder, 'relying-party', host)
    const theirs = text('suite-ca') ?? (await certificateIn(folder, 'suite', new URL(base).hostname)).cert
    const pem = { cert: readFileSync(own.cert, 'utf8'), key: readFileSync(own.key, 'utf8') }
    tls.setDefaultCACertificates([...tls.getCACertificates(), pem.cert, readFileSync(theirs, 'utf8')])
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const driving: Driving = {
      suite: { base, alias: text('alias') ?? usual.alias },
      api: createSuiteApi(base, process.env.CONFORMANCE_TOKEN),
      app: { host, port: portFrom(text('port')) ?? usual.port, address: text('host') ?? usual.address, tls: pem },
      privateKey: { ...(await exportJWK(privateKey)), alg: 'RS256', kid: 'relying-party' },
      folder: join(folder, 'relying-party'),
      say: (line) => process.stdout.write(`${line}\n`),
    }
    const outcomes = new Map<string, readonly Outcome[]>()
    for (const plan of plans) outcomes.set(plan.name, await runPlan(driving, plan))
    process.stdout.write(`\n${[...outcomes].map(([name, all]) => `${name.padEnd(28)} ${counted(all)}`).join('\n')}\n`)
    const isGood = [...outcomes.values()].flat().every(({ result }) => good.includes(result))
    return isGood ? exitCodes.ok : exitCodes.failed
  },
}

/** `REVIEW`: somebody is to look at the app's record. `SKIPPED`: the app does not do what the module allows. */
const good = ['PASSED', 'REVIEW', 'SKIPPED', 'WARNING']

const counted = (outcomes: readonly Outcome[]): string =>
  Object.entries(Object.groupBy(outcomes, ({ result }) => result))
    .map(([result, all]) => `${all?.length} ${result.toLowerCase()}`)
    .join(', ')

await runProgram('npm run conformance:client --', command)
