/** Runs plans: for each module an app is started as it wants one, and used as it wants. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'
import type { Suite } from '../suite.ts'
import type { PlannedModule, SuiteApi, Variant } from '../suite-api.ts'
import { addressesOf, type RelyingPartySettings, startRelyingParty } from './app.ts'
import { journeyOf } from './journeys.ts'
import type { RelyingPartyPlan } from './plans.ts'
import { planConfiguration, providerSettings, typedFor } from './provider-settings.ts'
import { createVisitor } from './visitor.ts'

export interface Driving {
  readonly suite: Suite
  readonly api: SuiteApi
  /** The same for all modules, so that its addresses can be told beforehand. */
  readonly app: Pick<RelyingPartySettings, 'host' | 'port' | 'address' | 'tls'>
  readonly privateKey: JWK
  /** Where the app's own record of each module is kept, which a certification asks for. */
  readonly folder: string
  readonly say: (line: string) => void
}

export interface Outcome {
  readonly module: string
  readonly variant: Variant
  readonly result: string
  /** What the suite, or the way through the app, complains of. */
  readonly complaints: readonly string[]
}

export async function runPlan(driving: Driving, plan: RelyingPartyPlan): Promise<readonly Outcome[]> {
  const { host, port } = driving.app
  const configuration = planConfiguration(driving.suite, addressesOf(`https://${host}:${port}`))
  const outcomes: Outcome[] = []
  for (const variant of plan.variants) {
    const { id, modules } = await driving.api.plan(plan.plan, variant, configuration)
    const { client_registration: registration = 'dynamic_client', response_type: type = '' } = variant
    const folder = join(driving.folder, plan.name, `${registration} ${type}`.trim().replaceAll(' ', '-'))
    mkdirSync(folder, { recursive: true })
    driving.say(`\n${plan.plan} ${JSON.stringify(variant)}`)
    const wanted = modules.filter(({ testModule }) => plan.modules?.includes(testModule) ?? true)
    for (const [at, module] of wanted.entries()) {
      const outcome = await runModule(driving, {
        plan: id,
        module,
        variant: { ...variant, ...module.variant },
        at,
        folder,
      })
      outcomes.push(outcome)
      driving.say(`  ${outcome.result.padEnd(8)} ${outcome.module} [${outcome.variant.response_type ?? 'code'}]`)
      for (const complaint of outcome.complaints) driving.say(`           ${complaint}`)
    }
  }
  return outcomes
}

interface Running {
  readonly plan: string
  readonly module: PlannedModule
  readonly variant: Variant
  readonly at: number
  readonly folder: string
}

async function runModule(driving: Driving, { plan, module, variant, at, folder }: Running): Promise<Outcome> {
  const { api, suite, privateKey } = driving
  const { testModule: name } = module
  const lines: string[] = []
  const complaints: string[] = []
  const id = await api.begin(plan, module)
  try {
    const issuer = await api.ready(id)
    const typed = typedFor(suite, name)
    const app = await startRelyingParty({
      ...driving.app,
      log: (error, reference) => lines.push(`refused, Ref ${reference}: ${error.message}`),
      provider: (addresses) =>
        providerSettings(
          { module: name, variant, issuer, privateKey, ...(typed !== undefined && { typed }) },
          addresses,
        ),
    })
    const visitor = createVisitor()
    try {
      const page = await journeyOf(name)({ app, visitor, sentTo: () => api.sentTo(id) })
      lines.unshift(...visitor.seen, `shown with ${page.status}: ${readableText(page.html)}`)
    } catch (error) {
      lines.unshift(...visitor.seen)
      complaints.push(String(error))
    }
    const { result, status } = await api.ended(id).finally(() => app.close())
    const bad = await api.complaints(id)
    complaints.push(...bad.map(({ src, msg }) => `${src}: ${msg}`))
    return { module: name, variant, result: status === 'FINISHED' ? result : status, complaints }
  } catch (error) {
    return { module: name, variant, result: 'BROKEN', complaints: [...complaints, String(error)] }
  } finally {
    writeFileSync(
      join(folder, `${String(at + 1).padStart(2, '0')}-${name}.log`),
      `${[...lines, ...complaints].join('\n')}\n`,
    )
  }
}

const readableText = (html: string): string =>
  html.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]+>/g, ' ').replace(/\s+/g, ' ')
