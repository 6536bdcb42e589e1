/**
 * A story: steps that are done to the server and told to the model, which must agree after each of them.
 *
 * Two steps side by side may be answered as if either came first. While both are possible the model is kept as two
 * states, and whatever is seen later decides.
 */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { hashOf } from '@symbolon/authorization-server/handles'
import type { Storage } from '@symbolon/authorization-server/ports/store'
import type { Scheduler } from 'fast-check'
import { type Action, people, words } from './actions.ts'
import { type Done, type Drive, goOn, prepare, start } from './drive.ts'
import type { Answer, Step } from './rules/answers.ts'
import { look } from './rules/pages.ts'
import { leastScope } from './rules/tokens.ts'
import { begin, cookieOf, targetsOf } from './rules.ts'
import { emptyState, isAccessAlive, isRefreshAlive, lifetimes, type State } from './state.ts'
import { openWorld } from './world.ts'

export interface Story {
  /** Whether there is anything that the action could be about. */
  canDo(actions: readonly Action[]): boolean
  tell(actions: readonly Action[], scheduler: Scheduler): Promise<void>
}

let stories = 0

export async function beginStory(storage: Storage, taken: (steps: number) => void): Promise<Story> {
  const world = await openWorld(storage, `story${process.pid}-${++stories}`)
  const drive: Drive = { world, tabs: {} }
  const told: string[] = []
  let states: readonly State[] = [emptyState()]
  let steps = 0

  const stepFor = (action: Action, tag: string): Step | undefined => {
    const [state = emptyState()] = states
    const targets = targetsOf(state, action)
    const back = 'tab' in action ? action.tab : 'code' in action ? action.code : 'token' in action ? action.token : 0
    const target = targets[targets.length - 1 - (back % Math.max(1, targets.length))]
    // Where two states are possible it must be possible in both: the server has only one of them.
    if (target === undefined || !states.every((one) => targetsOf(one, action).includes(target))) return undefined
    const grant = state.grants[state.refresh[target]?.grant ?? '']
    return { action, target, tag, less: grant ? leastScope(grant) : '' }
  }
  const stepsFor = (actions: readonly Action[]): readonly Step[] | undefined => {
    const made = actions.map((action, at) => stepFor(action, `${steps + 1}${at === 0 ? '' : '′'}`))
    if (made.includes(undefined)) return undefined
    const all = made as readonly Step[]
    const cookies = all.map((step) => cookieOf(states[0] as State, step))
    // A request with a cookie that another is replacing just then is not signed in: no order would say so.
    const clash = cookies.some((one, at) =>
      cookies.some((other, place) => at !== place && one?.renews && one.browser === other?.browser),
    )
    // Two browsers that end each other's sessions both do: no order would say so either.
    const endEachOther = all.length > 1 && all.every(({ action }) => action.do === 'end other sessions')
    return clash || endEachOther ? undefined : all
  }

  return {
    canDo: (actions) => stepsFor(actions) !== undefined,
    async tell(actions, scheduler) {
      const all = stepsFor(actions)
      if (all === undefined) return
      steps++
      taken(all.length)
      for (const state of states) state.now++
      const [seen = emptyState()] = states
      world.clock.now = seen.now
      const wait = actions.find((action) => action.do === 'wait')
      told.push(all.map(({ action }) => words(action)).join(' — and at the same time '))
      const answers = await act(drive, { steps: all, state: seen, scheduler })
      if (wait?.do === 'wait') world.clock.now += wait.seconds
      told[told.length - 1] += `: ${answers.map(({ is }) => is).join(', ')}`

      const orders =
        all.length === 1
          ? [[0]]
          : [
              [0, 1],
              [1, 0],
            ]
      const results = states.flatMap((state) => orders.map((order) => predict(state, all, order)))
      const fitting = results.flatMap(({ state, expected }) => {
        const bound = bind(state, { steps: all, expected, answers })
        return bound === undefined ? [] : [bound]
      })
      if (fitting.length === 0) {
        const expected = results.map((result) => result.expected.map(inWords).join(', '))
        fail(told, `The model allows: ${[...new Set(expected)].join('; or: ')}.`)
      }
      const different = fitting.filter((one, at) => fitting.findIndex((other) => isDeepStrictEqual(one, other)) === at)
      const checked = await Promise.all(different.map((state) => compare(drive, state)))
      states = different.filter((_, at) => checked[at] === undefined)
      if (states.length === 0) fail(told, checked.join(' Or: '))
    },
  }
}

const inWords = ({ is, scope, code, access, refresh }: Answer) =>
  [is, scope !== undefined && `“${scope}”`, code, access, refresh].filter(Boolean).join(' ')

function fail(told: readonly string[], how: string): never {
  const lines = told.map((line, at) => `  ${at + 1}. ${line}`)
  throw new assert.AssertionError({ message: `The server and the model disagree.\n${lines.join('\n')}\n${how}` })
}

/** What a step began with, both at once if there are two; then each follows where it was sent. */
async function act(
  drive: Drive,
  {
    steps,
    state,
    scheduler,
  }: { readonly steps: readonly Step[]; readonly state: State; readonly scheduler: Scheduler },
): Promise<readonly Answer[]> {
  const prepared: string[] = []
  for (const step of steps) prepared.push(await prepare(drive, step))
  const startAll = () => Promise.all(steps.map((step, at) => start(drive, state, step, prepared[at] ?? '')))
  let done: readonly Done[]
  if (steps.length === 1) done = await startAll()
  else {
    drive.world.turns.wait = (what) => scheduler.schedule(Promise.resolve(), what)
    try {
      done = await scheduler.waitFor(startAll())
    } finally {
      drive.world.turns.wait = undefined
    }
  }
  const answers: Answer[] = []
  for (const [at, one] of done.entries()) {
    const { action, target, tag } = steps[at] as Step
    if ('answer' in one) answers.push(one.answer)
    else {
      const tab = action.do === 'authorize' ? `tab ${tag}` : target
      const browser = action.do === 'authorize' ? action.browser : (state.tabs[tab] as State['tabs'][string]).browser
      answers.push({ ...(await goOn(drive, { browser, tab, at: one.goOn })), tab })
    }
  }
  return answers
}

function predict(before: State, steps: readonly Step[], order: readonly number[]) {
  const state = structuredClone(before)
  const begun = new Map(order.map((at) => [at, begin(state, steps[at] as Step)]))
  const expected = steps.map(({ action, target, tag }, at) => {
    const tab = action.do === 'authorize' ? `tab ${tag}` : target
    return begun.get(at) ?? { ...look(state, tab), tab }
  })
  return { state, expected }
}

/** The state with what was just given out, when the answers are those expected. */
function bind(
  state: State,
  about: { readonly steps: readonly Step[]; readonly expected: readonly Answer[]; readonly answers: readonly Answer[] },
): State | undefined {
  const { steps, expected, answers } = about
  for (const [at, { is, scope, ...named }] of expected.entries()) {
    const { is: isSo, scope: scoped, ...given } = answers[at] as Answer
    // Two that remove the same at once may both be told that it was done.
    const bothRemove = answers.length > 1 && is === 'nothing to remove' && isSo === 'removed'
    if ((is !== isSo && !bothRemove) || !sameScope(scope, scoped)) return undefined
    // The same page may be come to at once or in a new tab.
    if (steps[at]?.action.do === 'authorize' && named.tab !== given.tab) return undefined
    for (const kind of ['code', 'access', 'refresh'] as const) {
      const [name, value] = [named[kind], given[kind]]
      if (name === undefined && value === undefined) continue
      if (name === undefined || value === undefined) return undefined
      const known = state.values[name]
      if (known === undefined && Object.values(state.values).includes(value)) return undefined
      if (known !== undefined && known !== value) return undefined
      state.values[name] = value
    }
  }
  return state
}

const sameScope = (one: string | undefined, other: string | undefined) =>
  one?.split(' ').toSorted().join(' ') === other?.split(' ').toSorted().join(' ')

/** What is live in the model is live in the server, and the reverse. */
async function compare({ world }: Drive, state: State): Promise<string | undefined> {
  const { store } = world.issuer
  const differences = await Promise.all([
    ...Object.entries(state.values).map(async ([name, value]) => {
      const code = state.codes[name]
      if (code !== undefined) {
        const found = await store.codes.find(hashOf(value))
        const isAlive = found !== undefined && found.code.redeemedAt === null && found.code.expiresAt > state.now
        return differs(name, isAlive, !code.ended && code.createdAt + lifetimes.code > state.now)
      }
      const [access, refresh] = [state.access[name], state.refresh[name]]
      const expected = access ? isAccessAlive(state, access) : refresh !== undefined && isRefreshAlive(state, refresh)
      return differs(name, await world.isAlive(value), expected)
    }),
    ...people.map(async (person) => {
      const known = await store.consents.ofPerson(person)
      const found = known.map(({ clientId, scope }) => `${clientId}: ${scope.toSorted().join(' ')}`)
      const expected = Object.entries(state.consents)
        .filter(([key]) => key.startsWith(`${person} `))
        .map(([key, scope]) => `${key.split(' ')[1]}: ${scope.toSorted().join(' ')}`)
      const [is, shouldBe] = [found.toSorted().join('; '), expected.toSorted().join('; ')]
      return is === shouldBe ? undefined : `What ${person} allows is (${is}), and should be (${shouldBe}).`
    }),
    ...people.map(async (person) => {
      const found = (await store.sessions.ofPerson(person, state.now)).length
      const expected = Object.values(state.sessions).filter(
        (one) => one.person === person && !one.ended && one.expiresAt > state.now,
      ).length
      return found === expected ? undefined : `${person} has ${found} sessions, and should have ${expected}.`
    }),
  ])
  const said = differences.filter((one) => one !== undefined)
  return said.length === 0 ? undefined : said.join(' ')
}

const differs = (name: string, is: boolean, shouldBe: boolean) =>
  is === shouldBe ? undefined : `The ${name} is ${is ? 'alive' : 'dead'}, and should be ${shouldBe ? 'alive' : 'dead'}.`
