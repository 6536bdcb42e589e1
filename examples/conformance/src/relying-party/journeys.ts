/** What people do with the app for each module of the suite's plans for relying parties, by the module's name. */
import type { RelyingParty } from './app.ts'
import { addressesIn, attribute, type Page, type Visitor } from './visitor.ts'

export interface Visit {
  readonly app: RelyingParty
  readonly visitor: Visitor
  /** Where the provider sends people who begin to sign in at its place, once it knows the app. */
  readonly sentTo: () => Promise<string>
}

/** Gives the page that the person sees in the end. */
export type Journey = (visit: Visit) => Promise<Page>

const signIn: Journey = ({ app, visitor }) => visitor.open(app.signIn)

const signOut: Journey = async (visit) => {
  const { app, visitor } = visit
  const left = await visitor.submit(await visitor.open(app.signOut), { provider: '1' })
  return left.url.origin === new URL(app.home).origin ? left : throughFrames(visit, left)
}

/** A page that shows the apps in frames to sign out of them, reports what they answered, and leads back. */
async function throughFrames({ app, visitor }: Visit, page: Page): Promise<Page> {
  const named = addressesIn(page)
  const framed = named.filter(({ href }) => href.startsWith(app.frontChannelLogout))
  const back = named.find(({ href }) => href.startsWith(app.signedOut))
  const own = named.filter(({ origin, pathname }) => origin === page.url.origin && pathname.endsWith('_callback'))
  for (const { href } of framed) await visitor.frame(href)
  for (const { href } of own) await visitor.peek(href)
  return back ? visitor.open(back.href) : page
}

/** Asks the provider's page about the session as the app's page does, which asks on while its tab is open. */
async function stateOf({ app, visitor }: Visit, monitor: Page): Promise<'changed' | 'unchanged'> {
  const [tag = ''] = /<div data-frame[^>]*>/.exec(monitor.html) ?? []
  const message = attribute(tag, 'data-message') ?? ''
  const frame = await visitor.peek(attribute(tag, 'data-frame') ?? '')
  const question = addressesIn(frame).find(({ origin }) => origin === frame.url.origin)
  if (!question) throw new Error('the page that knows of the session asks nobody')
  question.search = new URLSearchParams({ receivedMessage: message, origin: new URL(app.home).origin }).toString()
  const known = JSON.parse((await visitor.peek(question.href)).html) as { readonly session_state?: string }
  // the suite makes up names of clients with spaces in them; a state has none
  return message.split(' ').at(-1) === known.session_state ? 'unchanged' : 'changed'
}

const watched: Journey = async (visit) => {
  await signIn(visit)
  const monitor = await visit.visitor.peek(visit.app.monitor)
  const before = await stateOf(visit, monitor)
  const page = await signOut(visit)
  const after = await stateOf(visit, monitor)
  if (before !== 'unchanged' || after !== 'changed') throw new Error(`the session was ${before}, then ${after}`)
  return page
}

export const modulePrefix = 'oidcc-client-test'

/** The suite counts whatever comes after as a fault. */
export const endsWithDiscovery = (module: string): boolean =>
  ['discovery-openid-config', 'discovery-webfinger-acct', 'discovery-webfinger-url'].some((end) => module.endsWith(end))

const others: Readonly<Record<string, Journey>> = {
  'signing-key-rotation': async (visit) => {
    await signIn(visit)
    return signIn(visit)
  },
  '3rd-party-init-login': async ({ app, visitor, sentTo }) => {
    // an app that registers itself does so when it is first used
    await visitor.peek(app.signIn)
    return visitor.open(await sentTo())
  },
  'session-management': watched,
  'form-post-error': ({ app, visitor }) => visitor.open(`${app.signIn}?prompt=none&max_age=0`),
  // it has ended by then
  'dynamic-registration': ({ app, visitor }) => visitor.peek(app.signIn),
}

const families: readonly (readonly [RegExp, Journey])[] = [
  [
    /^refresh-token/,
    async (visit) => {
      await signIn(visit)
      return visit.visitor.open(visit.app.renew)
    },
  ],
  [
    /logout/,
    async (visit) => {
      await signIn(visit)
      return signOut(visit)
    },
  ],
]

/** One sign-in, where nothing else is said. */
export function journeyOf(module: string): Journey {
  if (endsWithDiscovery(module)) return ({ app, visitor }) => visitor.peek(app.signIn)
  const short = module.slice(modulePrefix.length + 1)
  return others[short] ?? families.find(([pattern]) => pattern.test(short))?.[1] ?? signIn
}
