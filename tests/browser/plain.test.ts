/**
 * The pages in browsers that know nothing but HTML, and for programs that drive them: everything is done by links and
 * plain forms, whose controls have ids that stay.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type HTMLElement, parse } from 'node-html-parser'
import { render } from '../../roles/resource-owner/src/flow/2-user-authorization.ts'
import { frame, moreViews, views } from '../../roles/resource-owner/test/fixtures.ts'
import type { Person, Shown } from '../support/person.ts'
import { callback, password, startTestServer, type TestServer } from '../support/server.ts'

const drawn = Object.entries({ ...views, ...moreViews }).map(([name, view]) => {
  const { html } = render(view, frame)
  return { name, html, page: parse(html) }
})

/** What can be filled in or pressed, page by page. Whoever drives a page by its ids can rely on them. */
const ids: Readonly<Record<string, readonly string[]>> = {
  home: ['account'],
  'sign-in': ['login', 'password', 'keep', 'sign-in'],
  'sign-in-confirm': ['login', 'password', 'sign-in', 'choose-account'],
  'sign-up': ['username', 'email', 'password', 'sign-up', 'sign-in'],
  'choose-account': ['account-1', 'account-2', 'another'],
  consent: ['another', 'p0-1', 'p0-2', 'away', 'deny', 'allow'],
  handoff: ['continue'],
  'handoff-app': ['continue'],
  'form-post': ['continue'],
  'notice-elsewhere': ['continue'],
  'error-missing': ['continue'],
  'sign-out': ['stay', 'sign-out'],
  'signed-out': ['continue', 'again'],
  account: ['sign-out'],
  sessions: ['sign-out', 'end-others'],
  app: ['sign-out', 'remove'],
  'app-remove': ['keep', 'remove'],
}

const controls = ['A', 'BUTTON', 'INPUT', 'SELECT']

describe('the HTML of every page', () => {
  it('has its controls under ids that stay', () => {
    for (const [name, expected] of Object.entries(ids)) {
      const page = drawn.find((one) => one.name === name)?.page ?? assert.fail(name)
      for (const id of ['ui_locales', 'change-language', ...expected])
        assert.ok(controls.includes(page.getElementById(id)?.tagName ?? ''), `${name}: ${id}`)
    }
  })

  it('has forms that need no script: a method, an address, a button, and every field inside and with its label', () => {
    for (const { name, page, html } of drawn) {
      assert.doesNotMatch(html, /\sform(?:action|method|novalidate)?=|<dialog|popovertarget|commandfor/, name)
      for (const form of page.querySelectorAll('form')) {
        assert.match(form.getAttribute('method') ?? '', /^(?:get|post)$/, name)
        assert.ok(form.hasAttribute('action'), name)
        assert.ok(form.querySelector('button'), `${name}: a form without a button`)
      }
      for (const field of page.querySelectorAll('input, select, button')) {
        assert.ok(field.closest('form'), `${name}: outside of any form: ${field.outerHTML}`)
        assert.equal(field.hasAttribute('value') && !field.hasAttribute('name'), false, `${name}: ${field.outerHTML}`)
        assert.ok(isNamed(field, page), `${name}: without a name to read: ${field.outerHTML}`)
      }
    }
  })

  it('is read the same by parsers that repair nothing and know no element that came after HTML 4', () => {
    for (const { name, html } of drawn) {
      const open: string[] = []
      for (const [tag, closes, element = '', closed] of html.matchAll(
        /<(\/?)([a-z][a-z0-9]*)(?:"[^"]*"|[^">])*?(\/?)>/g,
      )) {
        if (closes) assert.equal(open.pop(), element, `${name}: ${tag}`)
        else if (drawing.has(element)) closed || open.push(element)
        else {
          assert.equal(closed, '', `${name}: ${tag} is not closed for an old parser`)
          assert.ok(oldElements.has(element) || newElements.has(element), `${name}: ${element}`)
          if (!empty.has(element)) open.push(element)
        }
      }
      assert.deepEqual(open, [], name)
    }
  })
})

/** A button by what it says, a field by its label; what is hidden needs none. */
function isNamed(field: HTMLElement, page: HTMLElement): boolean {
  if (field.getAttribute('type') === 'hidden') return true
  if (field.tagName === 'BUTTON') return field.text.trim() !== ''
  return page.querySelector(`label[for="${field.id}"]`) !== null
}

const empty = new Set(['meta', 'link', 'input', 'br', 'wbr', 'img', 'hr'])

/** Of XML, and left out by whoever can't draw. */
const drawing = new Set(['svg', 'path'])

const oldElements = new Set(
  `html head title meta link script body a p div span form input button select option label fieldset legend h1 h2 h3
  ul ol li dl dt dd strong code iframe img br wbr hr`.split(/\s+/),
)

/** What an old browser shows as if the tags were not there: none of them holds a meaning that would be missed. */
const newElements = new Set(['header', 'main', 'nav', 'section', 'footer', 'details', 'summary', 'bdi', 'time', 'mark'])

describe('a person whose browser knows nothing but HTML', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ more: { signUp: true } })
  })
  after(() => server?.close())

  /** Consent is asked anew in each test, whatever another one allowed. */
  const asking = (parameters: Readonly<Record<string, string>> = {}) => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'web',
      redirect_uri: callback,
      scope: 'openid profile',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      prompt: 'consent',
      ...parameters,
    })
    return `${server.url}/authorize?${query}`
  }

  async function signIn(person: Person, login = 'alice'): Promise<Shown> {
    const page = await person.open(asking())
    return person.click(page, 'sign-in', { login, password })
  }

  it('signs in, after a mistake, and allows', async () => {
    const person = server.person()
    const wrong = await person.click(await person.open(asking()), 'sign-in', { login: 'alice', password: 'no' })
    assert.ok(wrong.page.getElementById('problem'))
    const consent = await person.click(wrong, 'sign-in', { password })
    const { url } = await person.click(consent, 'allow')
    assert.ok(new URL(url).searchParams.has('code'))
  })

  it('does not allow, and gets the answer to the app by a button', async () => {
    const person = server.person()
    const page = await person.open(asking({ response_mode: 'form_post' }))
    const consent = await person.click(page, 'sign-in', { login: 'bob', password })
    const answer = await person.click(consent, 'deny')
    assert.equal((await person.click(answer, 'continue')).posted?.get('error'), 'access_denied')
  })

  it('signs in with another account, and chooses between the two', async () => {
    const person = server.person()
    await signIn(person)
    const choice = await person.open(asking({ prompt: 'select_account consent' }))
    const other = await person.click(choice, 'another')
    await person.click(other, 'sign-in', { login: 'bob', password })
    const both = await person.open(asking({ prompt: 'select_account consent' }))
    assert.equal(both.page.querySelectorAll('button[name=session]').length, 3)
    const consent = await person.click(both, 'account-2')
    assert.ok(consent.page.getElementById('allow'))
  })

  it('makes an account', async () => {
    const person = server.person()
    const form = await person.click(await person.open(asking()), 'sign-up')
    const made = { username: 'carol', email: 'carol@example.com', password: 'blue lamp over the river' }
    const consent = await person.click(form, 'sign-up', made)
    const { url } = await person.click(consent, 'allow')
    assert.ok(new URL(url).searchParams.has('code'))
  })

  it('changes the language, takes an app’s access away, and signs out', async () => {
    const person = server.person()
    await person.click(await signIn(person), 'allow')
    const german = await person.click(await person.open(`${server.url}/account`), 'change-language', {
      ui_locales: 'de',
    })
    assert.equal(german.page.querySelector('html')?.getAttribute('lang'), 'de')
    const app = await person.open(`${server.url}/account/apps/web`)
    const sure = await person.click(app, 'remove')
    assert.equal(sure.page.querySelector('h1')?.text, 'Zugriff von Web App entziehen?')
    const apps = await person.click(sure, 'remove')
    assert.equal(apps.page.querySelector('.cards'), null)
    const stays = await person.click(await person.open(`${server.url}/logout`), 'stay')
    const out = await person.click(stays, 'sign-out')
    const again = await person.click(out, 'again')
    assert.ok(again.page.getElementById('sign-in'))
  })

  it('is told what went wrong, and led on where there is a way on', async () => {
    const person = server.person()
    const unknown = await person.open(asking({ client_id: 'nobody' }))
    assert.equal(unknown.status, 400)
    assert.match(unknown.page.getElementById('main')?.text ?? '', /client_unknown/)
    const missing = await person.open(`${server.url}/no-such-page`)
    assert.equal(missing.status, 404)
    assert.ok((await person.click(missing, 'continue')).page.getElementById('sign-in'))
  })
})
