/** A person at the keyboard alone: where Tab leads, and whether the eye can follow it. */
import type { Page } from 'playwright-core'

interface Stop {
  readonly called: string
  /** A ring is drawn around it, wide enough, and all of it in the window. */
  readonly seen: boolean
  readonly reached: boolean
}

const stop = (selector: string) => `(() => {
  const active = document.activeElement
  if (active === null || active === document.body) return null
  const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(active)
  const { top, left, bottom, right, width, height } = active.getBoundingClientRect()
  const ring = parseFloat(outlineWidth) + parseFloat(outlineOffset)
  const within = Math.min(top, left, innerHeight - bottom, innerWidth - right) >= ring && width > 0 && height > 0
  return {
    called: active.id || active.textContent.trim(),
    seen: within && outlineStyle === 'solid' && parseFloat(outlineWidth) >= 3,
    reached: active.matches(${JSON.stringify(selector)}),
  }
})()`

/** A browser scrolls to what has the focus a moment later: it is looked at until it is there. */
async function next(page: Page, selector: string): Promise<Stop | null> {
  await page.keyboard.press('Tab')
  for (let looks = 1; ; looks += 1) {
    const found = (await page.evaluate(stop(selector))) as Stop | null
    if (found === null || found.seen || looks === 100) return found
  }
}

/** Presses Tab until the element is reached: its order on the way is what a keyboard meets, and all of it is seen. */
export async function tabTo(page: Page, selector: string): Promise<readonly string[]> {
  const met: string[] = []
  for (let steps = 0; steps < 40; steps += 1) {
    const stop = await next(page, selector)
    met.push(stop?.called ?? '')
    if (stop?.seen === false) throw new Error(`${stop.called} has the focus, and nobody sees it`)
    if (stop?.reached) return met
  }
  throw new Error(`Tab does not lead to ${selector}, but to ${met.join(', ')}`)
}

/** Goes with Tab through the whole page, once: where it stopped without anybody seeing it. */
export async function unseenStops(page: Page): Promise<readonly string[]> {
  const unseen: string[] = []
  for (let steps = 0; steps < 80; steps += 1) {
    const stop = await next(page, '*')
    if (stop === null) return steps === 0 ? ['no stop at all'] : unseen
    if (!stop.seen) unseen.push(stop.called)
  }
  return [...unseen, 'no end']
}
