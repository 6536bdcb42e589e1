/** Runs plans of the suite against the server that was started for it, one module after the other. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import { type Hands, lendAHand } from './hands.ts'
import { configurationOf, type Plan, runName } from './plans.ts'
import { isGood, linesOf, type Outcome, tableOf } from './results.ts'
import type { Conformance } from './start.ts'
import type { Suite } from './suite.ts'
import { createSuiteApi, isComplaint, type PlannedModule, type Variant } from './suite-api.ts'
import { createVisitor } from './visitor.ts'

export interface RunSettings {
  /** For the interface of a suite that asks for one. */
  readonly token: string | undefined
  /** Only modules of this name, when there is one. */
  readonly only: string | undefined
  /** The browser for modules that need a real one. */
  readonly chromium: string
  readonly say: (line: string) => void
}

interface Running extends Hands, Pick<RunSettings, 'only' | 'say'> {
  readonly issuer: string
  readonly suite: Suite
  /** Where pages are kept that are to be looked at. */
  readonly folder: string
}

/** Every variant of the plans; says whether all was well. */
export async function runPlans(
  {
    issuer,
    suite,
    control,
    folder,
    suiteCertificate,
  }: Pick<Conformance, 'issuer' | 'suite' | 'control' | 'folder' | 'suiteCertificate'>,
  plans: readonly Plan[],
  { token, only, chromium, say }: RunSettings,
): Promise<boolean> {
  tls.setDefaultCACertificates([...tls.getCACertificates(), readFileSync(suiteCertificate, 'utf8')])
  const running: Running = {
    api: createSuiteApi(suite.base, token),
    control,
    visitor: () => createVisitor({ program: chromium, issuer }),
    issuer,
    suite,
    only,
    folder: join(folder, 'results'),
    say,
  }
  const outcomes: Outcome[] = []
  for (const plan of plans)
    for (const variant of plan.variants) outcomes.push(...(await runVariant(running, plan, variant)))
  const table = tableOf(outcomes)
  mkdirSync(running.folder, { recursive: true })
  writeFileSync(join(running.folder, 'results.md'), `${table}\n`)
  say(`\n${table}`)
  return outcomes.length > 0 && outcomes.every(isGood)
}

async function runVariant(running: Running, plan: Plan, variant: Variant): Promise<readonly Outcome[]> {
  const { api, issuer, suite, only, say } = running
  const name = runName(plan, variant)
  const { id, modules } = await api.plan(plan.plan, variant, configurationOf(plan, issuer, suite))
  say(`\n${name} ${id}`)
  const outcomes: Outcome[] = []
  for (const module of modules) {
    if (only !== undefined && module.testModule !== only) continue
    const outcome = await runModule(running, { plan: plan.plan, planId: id, run: name, variant, module })
    for (const line of linesOf(outcome)) say(line)
    outcomes.push(outcome)
  }
  return outcomes
}

interface ModuleRun {
  readonly plan: string
  readonly planId: string
  readonly run: string
  readonly variant: Variant
  readonly module: PlannedModule
}

async function runModule(running: Running, { plan, planId, run, variant, module }: ModuleRun): Promise<Outcome> {
  const { api } = running
  const about = { plan, module: module.testModule, variant: { ...variant, ...module.variant } }
  let id: string | undefined
  try {
    id = await api.begin(planId, module)
    await lendAHand(running, module.testModule, id)
    const { status, result } = await api.ended(id)
    const log = result === 'PASSED' ? [] : await api.log(id)
    const complaints = log.filter(isComplaint).map(({ result: how, src, msg }) => `${how} ${src}: ${msg}`)
    const pages = log.flatMap(({ page_source: page }) => page ?? [])
    keep(join(running.folder, run), pages, `${module.testModule} ${about.variant.response_type ?? ''}`.trim())
    return { ...about, id, result: status === 'FINISHED' ? result : 'FAILED', complaints }
  } catch (error) {
    if (id !== undefined) await api.cancel(id).catch(() => {})
    return { ...about, id, result: 'BROKEN', complaints: [withoutQueries(String(error))] }
  }
}

/** Addresses that a person was sent to carry ID tokens. */
const withoutQueries = (text: string): string => text.replaceAll(/\?[^\s"]+/g, '?…')

/** What modules that end in REVIEW are judged by. */
function keep(folder: string, pages: readonly string[], name: string): void {
  if (pages.length > 0) mkdirSync(folder, { recursive: true })
  for (const [at, page] of pages.entries())
    writeFileSync(join(folder, `${name}${at === 0 ? '' : ` ${at + 1}`}.html`), page)
}
