/**
 * A mixed load of people and their clients: sign-in, consent, code, tokens, refresh, revocation, over and over. It keeps
 * what was answered, and so promised; an answer that never arrived promised nothing, and its request is sent again.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { challengeOf } from '@symbolon/protocol/pkce'
import { createPerson, type Person } from '../support/person.ts'
import { allow, callback } from '../support/server.ts'

/** Clients beside those of every test server: one whose people are never asked, one whose are each time. */
export const loadClients = ['own', 'asks'].map((name) => ({
  client_id: name,
  client_name: name,
  token_endpoint_auth_method: 'none',
  redirect_uris: [callback],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access',
  ...(name === 'own' && { consent: 'never' }),
}))

interface Kept {
  readonly client: string
  readonly verifier: string
}

export interface Promises {
  /** Codes that were given out and not handed in. */
  readonly codes: Map<string, Kept>
  /** Codes whose redemption was answered. */
  readonly redeemed: Map<string, Kept>
  readonly accessTokens: Set<string>
  /** The newest refresh token of each family, and its client. */
  readonly refreshTokens: Map<string, string>
  readonly revoked: Map<string, string>
}

export interface Load {
  readonly promises: Promises
  readonly answers: () => number
  /** Flows that went from the first page to the last token. */
  readonly flows: () => number
  /** Requests whose answer never came, or that were told to come back, and were sent again. */
  readonly repeated: () => number
  /** Rejects as soon as an answer is not what it must be. */
  readonly fault: Promise<never>
  /** What is at work while the clock is set may find its code over; what has a short life is promised to nobody then. */
  whileClockIsSet(work: () => Promise<void>): Promise<void>
  /** Lets each worker finish what it is at. */
  stop(): Promise<void>
}

/** Two people: of one, the server checks only so many passwords at once. */
const logins = ['alice@example.com', 'bob@example.com']

interface Visitor {
  readonly person: Person
  readonly login: string
}

/** No answer: the connection broke, or the server says that it can't answer now. */
class Unanswered extends Error {}

/** The clock was set since this flow began. */
class Overtaken extends Error {}

export interface LoadSettings {
  readonly workers: number
  /** Told of each answer as it arrives. */
  readonly answered?: () => void
  /** Whether anything may go unanswered: where nothing fails nothing may. */
  readonly mayFail: boolean
}

export function startLoad(url: string, { workers, answered = () => undefined, mayFail }: LoadSettings): Load {
  const promises: Promises = {
    codes: new Map(),
    redeemed: new Map(),
    accessTokens: new Set(),
    refreshTokens: new Map(),
    revoked: new Map(),
  }
  let [answers, flows, repeated, isOver] = [0, 0, 0, false]
  let clock = { age: 0, isBeingSet: false }
  const took = () => {
    answers++
    answered()
  }

  const send = async (path: string, form: Readonly<Record<string, string>>): Promise<Response> => {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(form) }).catch(
      (cause) => {
        throw new Unanswered('no connection', { cause })
      },
    )
    if (response.status === 503 || response.status === 502) throw new Unanswered(`status ${response.status}`)
    assert.ok(response.status < 500, `${path} answered ${response.status}`)
    // What does not arrive whole did not arrive.
    const body = await response.text().catch((cause) => {
      throw new Unanswered('half an answer', { cause })
    })
    took()
    return new Response(body === '' ? null : body, { status: response.status })
  }
  /** The same request until it is answered; says whether that took more than one. */
  const insist = async (
    ask: () => Promise<Response>,
  ): Promise<{ readonly response: Response; readonly again: boolean }> => {
    for (let again = false; ; again = true) {
      try {
        return { response: await ask(), again }
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error
        assert.ok(mayFail, `a request was refused that was in its right: ${error.message}`)
        repeated++
        await pause(100)
      }
    }
  }

  const askForCode = async ({ person, login }: Visitor, client: string) => {
    const verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client,
      redirect_uri: callback,
      scope: 'openid email offline_access',
      ...(client === 'asks' && { prompt: 'consent' }),
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
    })
    const answer = await allow(person, `${url}/authorize?${query}`, login)
    const code = answer.searchParams.get('code')
    assert.ok(code, `the client heard ${answer.searchParams.get('error')}`)
    took()
    return { code, verifier, client }
  }

  const turn = async (visitor: Visitor, count: number): Promise<void> => {
    const { age } = clock
    const overtaken = () => {
      if (clock.isBeingSet || clock.age !== age) throw new Overtaken()
    }
    const { code, ...kept } = await askForCode(visitor, count % 2 === 0 ? 'own' : 'asks')
    overtaken()
    if (count % 5 === 4) {
      promises.codes.set(code, kept)
      return
    }
    const { client } = kept
    const { response, again } = await insist(() => send('/token', redemption(code, kept)))
    // A refusal promises nothing: a code that was too late for a clock set ahead is good again when it is set back.
    if (response.status === 200) promises.redeemed.set(code, kept)
    overtaken()
    // Had the first attempt been carried out, the second was a replay and ended what it gave.
    if (again && response.status === 400) return
    assert.equal(response.status, 200, 'a code that was given works')
    const first = await response.json()
    promises.accessTokens.add(first.access_token)
    const refreshed = await insist(() => send('/token', renewal(first.refresh_token, client)))
    overtaken()
    assert.equal(refreshed.response.status, 200, 'a refresh is answered, however often it is sent')
    const second = await refreshed.response.json()
    if (count % 3 === 0) {
      promises.accessTokens.delete(first.access_token)
      const revoked = await insist(() => send('/revoke', { client_id: client, token: second.refresh_token }))
      assert.equal(revoked.response.status, 200)
      promises.revoked.set(second.refresh_token, client)
    } else {
      promises.refreshTokens.set(second.refresh_token, client)
      promises.accessTokens.add(second.access_token)
    }
    flows++
  }

  const work = async (worker: number): Promise<void> => {
    const visit = (): Visitor => ({
      person: createPerson({ stopAt: [callback] }),
      login: logins[worker % logins.length] ?? '',
    })
    let visitor = visit()
    for (let count = worker; !isOver; count++) {
      if (count % 8 === 7) visitor = visit()
      try {
        await turn(visitor, count)
      } catch (error) {
        if (!mayFail || !isBroken(error)) throw error
        // Whoever was on their way through the pages begins anew.
        repeated++
        visitor = visit()
        await pause(100)
      }
    }
  }
  const working = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
  const fault = new Promise<never>((_, reject) => {
    working.catch((error) => {
      isOver = true
      reject(error)
    })
  })
  // Whoever waits for more answers hears of it; whoever does not, at the end.
  fault.catch(() => undefined)
  return {
    promises,
    answers: () => answers,
    flows: () => flows,
    repeated: () => repeated,
    fault,
    async whileClockIsSet(work) {
      clock = { age: clock.age, isBeingSet: true }
      await work()
      promises.accessTokens.clear()
      promises.codes.clear()
      clock = { age: clock.age + 1, isBeingSet: false }
    },
    async stop() {
      isOver = true
      await working
    },
  }
}

/** The way through the pages broke off: the network failed, or a page said that the server could not answer. */
const isBroken = (error: unknown): boolean =>
  error instanceof Unanswered ||
  error instanceof Overtaken ||
  (error instanceof TypeError && /fetch failed|terminated/.test(error.message)) ||
  (error instanceof Error && /^no such form on|the client heard (null|temporarily_unavailable)/.test(error.message))

const redemption = (code: string, { client, verifier }: Kept) => ({
  ...{ grant_type: 'authorization_code', client_id: client },
  ...{ code, redirect_uri: callback, code_verifier: verifier },
})

const renewal = (refresh_token: string, client: string) => ({
  grant_type: 'refresh_token',
  client_id: client,
  refresh_token,
})

/** Every promise, held against the server as it is now; gives how many there were. Uses up what works once. */
export async function checkPromises(url: string, promises: Promises): Promise<number> {
  const { accessTokens, refreshTokens, revoked, codes, redeemed } = promises
  const statusOf = async (form: Readonly<Record<string, string>>) =>
    (await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(form) })).status
  for (const access_token of accessTokens) {
    const userinfo = await fetch(`${url}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
    assert.equal(userinfo.status, 200, 'an access token that was given works')
  }
  for (const [token, client] of refreshTokens)
    assert.equal(await statusOf(renewal(token, client)), 200, 'a refresh token that was given works')
  for (const [token, client] of revoked)
    assert.equal(await statusOf(renewal(token, client)), 400, 'what was revoked stays revoked')
  for (const [code, kept] of codes) {
    const both = await Promise.all([statusOf(redemption(code, kept)), statusOf(redemption(code, kept))])
    // A code lives for a minute: one that was given out long ago may be over, but never works twice.
    assert.ok(both.filter((status) => status === 200).length <= 1, 'a code works once')
  }
  for (const [code, kept] of redeemed)
    assert.equal(await statusOf(redemption(code, kept)), 400, 'a code that was redeemed is spent')
  return accessTokens.size + refreshTokens.size + revoked.size + codes.size + redeemed.size
}
