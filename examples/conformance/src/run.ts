/** Runs plans of the suite against the server that was started for it, one module after the other. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Hands, lendAHand } from './hands.ts'
import { configurationOf, type Plan, runName } from './plans.ts'
import { linesOf, type Outcome } from './results.ts'
import type { PlannedModule, Variant } from './suite-api.ts'
import type { Suite } from './suite.ts'

export interface Running extends Hands {
  readonly issuer: string
  readonly suite: Suite
  /** Only modules of this name, when there is one. */
  readonly only: string | undefined
  /** Where pages are kept that are to be looked at. */
  readonly folder: string
  readonly say: (line: string) => void
}

/** Every variant of the plan. */
export async function runPlan(running: Running, plan: Plan): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const variant of plan.variants) outcomes.push(...(await runVariant(running, plan, variant)))
  return outcomes
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
    const complaints = (await api.complaints(id)).map(({ result: how, src, msg }) => `${how} ${src}: ${msg}`)
    const pages = (await api.log(id)).flatMap(({ page_source: page }) => page ?? [])
    keep(join(running.folder, run), pages, `${module.testModule} ${about.variant.response_type ?? ''}`.trim())
    return { ...about, id, result: status === 'FINISHED' ? result : 'FAILED', complaints }
  } catch (error) {
    if (id !== undefined) await api.cancel(id).catch(() => {})
    return { ...about, id, result: 'BROKEN', complaints: [String(error)] }
  }
}

/** What modules that end in REVIEW are judged by. */
function keep(folder: string, pages: readonly string[], name: string): void {
  if (pages.length > 0) mkdirSync(folder, { recursive: true })
  for (const [at, page] of pages.entries()) writeFileSync(join(folder, `${name}${at === 0 ? '' : ` ${at + 1}`}.html`), page)
}
