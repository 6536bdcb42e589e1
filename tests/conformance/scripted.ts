/**
 * The suite's own browser, played: does on our pages what a plan's `browser` says, and nothing that is not said there.
 * What our pages do by themselves, sending a form or going on after a while, it does too.
 */
import assert from 'node:assert/strict'
import type { Command, Script } from 'conformance/browser'
import type { HTMLElement } from 'node-html-parser'
import type { Shown } from '../support/person.ts'
import { type Browser, kindOf } from './browser.ts'

/** With `*` for anything, as the suite compares addresses. */
const fits = (pattern: string, url: string) =>
  new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`, 's').test(url)

export interface Played {
  readonly end: Shown
  /** The tasks that were for a page that was shown. */
  readonly done: readonly string[]
  /** How many pages were kept as proofs. */
  readonly proofs: number
}

/** Opens the address and plays the script that is for it. */
export async function play({ person }: Browser, scripts: readonly Script[], url: string): Promise<Played> {
  const script = scripts.find(({ match }) => fits(match, url))
  assert.ok(script !== undefined, 'a script is for this address')
  let shown = await person.open(url)
  let fields: Record<string, string | readonly string[]> = {}
  const done: string[] = []
  let proofs = 0

  function find(how: unknown, what: unknown): HTMLElement | undefined {
    assert.ok(how === 'id' || how === 'css')
    return shown.page.querySelector(how === 'id' ? `[id="${what}"]` : String(what)) ?? undefined
  }

  async function obey([verb, how, what, ...more]: Command): Promise<void> {
    if (verb === 'wait' && how === 'contains') {
      while (kindOf(shown) === 'form-post') shown = await person.submit(shown, {})
      const [, seconds, next] = /^(\d+);\s*url=(.*)$/.exec(shown.headers.get('refresh') ?? '') ?? []
      if (next !== undefined && Number(seconds) < Number(more[0])) shown = await person.open(next)
      return assert.ok(shown.url.includes(String(what)), `arrives at ${what}, and is at ${new URL(shown.url).pathname}`)
    }
    // The suite's own page says that it was sent everything.
    if (verb === 'wait' && what === 'submission_complete') return
    const element = find(how, what)
    if (element === undefined) return assert.ok(more.includes('optional'), `${how} ${what} is on ${shown.url}`)
    if (verb === 'wait') {
      assert.match(element.text, new RegExp(String(more[1])))
      proofs += 1
    } else if (verb === 'text') {
      assert.ok(!element.hasAttribute('readonly'), `${what} can be written in`)
      fields[element.getAttribute('name') ?? ''] = String(more[0])
    } else await click(element)
  }

  async function click(element: HTMLElement): Promise<void> {
    const [name = '', value = ''] = [element.getAttribute('name'), element.getAttribute('value')]
    if (element.getAttribute('type') === 'checkbox') {
      const ticked = shown.page
        .querySelectorAll(`input[name=${name}]:checked`)
        .map((one) => one.getAttribute('value') ?? '')
      fields[name] = [...ticked, value]
      return
    }
    shown = await person.submit(shown, fields, name === '' ? undefined : `${name}=${value}`)
    fields = {}
  }

  for (const { task, match, optional, commands = [] } of script.tasks) {
    if (!fits(match, shown.url)) {
      assert.ok(optional, `${task} is for ${match}, and the browser is at ${shown.url}`)
      continue
    }
    for (const command of commands) await obey(command)
    done.push(task)
  }
  return { end: shown, done, proofs }
}
