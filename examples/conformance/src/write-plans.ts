/** Writes the configuration of every plan into a folder, one file for each, and a list of all runs. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationOf, plans, runName } from './plans.ts'
import type { Suite } from './suite.ts'

const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** By file name. */
export function planFiles(issuer: string, suite: Suite): ReadonlyMap<string, string> {
  const configurations = plans.map((plan) => [`${plan.plan}.json`, text(configurationOf(plan, issuer, suite))] as const)
  const runs = plans.map((plan) => ({
    configuration: `${plan.plan}.json`,
    runs: plan.variants.map((variant) => runName(plan, variant)),
  }))
  return new Map([...configurations, ['runs.json', text(runs)]])
}

export function writePlans(folder: string, issuer: string, suite: Suite): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of planFiles(issuer, suite)) writeFileSync(join(folder, name), content)
}
