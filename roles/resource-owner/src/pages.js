/**
 * What the pages do on top of their HTML, when scripts run. Everything works without it. Nothing here makes HTML
 * from text, so Trusted Types can forbid that altogether.
 */

/** @template {Element} E @param {string} selector @param {new () => E} kind @returns {E[]} */
const all = (selector, kind) => [...document.querySelectorAll(selector)].filter((element) => element instanceof kind)

/** @param {string} path */
const icon = (path) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  line.setAttribute('d', path)
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  svg.append(line)
  return svg
}

/** A button that is one drawing. @param {string} kind @param {string} name @param {string} path */
const button = (kind, name, path) => {
  const made = document.createElement('button')
  made.type = 'button'
  made.className = kind
  made.setAttribute('aria-label', name)
  made.append(icon(path))
  return made
}

for (const summary of all('[data-focus]', HTMLElement)) summary.focus()

const opened = 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z'
for (const input of all('input[data-show]', HTMLInputElement)) {
  const eye = button('eye', input.dataset.show ?? '', opened)
  eye.setAttribute('aria-pressed', 'false')
  eye.setAttribute('aria-controls', input.id)
  /** @param {boolean} shown */
  const show = (shown) => {
    input.type = shown ? 'text' : 'password'
    eye.setAttribute('aria-pressed', String(shown))
  }
  eye.addEventListener('click', () => show(input.type === 'password'))
  input.form?.addEventListener('submit', () => show(false))
  input.after(eye)
}

/** A click meant for something that lay under the pointer a moment ago must not allow anything. */
let arrived = performance.now()
const arrive = () => {
  arrived = performance.now()
}
addEventListener('focus', arrive)
addEventListener('pageshow', arrive)
for (const form of all('form[data-guard]', HTMLFormElement)) {
  form.addEventListener('submit', (event) => {
    const allows = event.submitter instanceof HTMLButtonElement && event.submitter.value === 'allow'
    if (allows && performance.now() - arrived < 500) event.preventDefault()
  })
}

for (const reference of all('[data-copy]', HTMLElement)) {
  const { copy = '', copied = '' } = reference.dataset
  const made = button('copy', copy, 'M9 9h11v11H9zM15 9V4H4v11h5')
  const said = document.createElement('span')
  said.setAttribute('role', 'status')
  made.addEventListener('click', async () => {
    await navigator.clipboard.writeText(reference.textContent ?? '')
    said.textContent = copied
  })
  if (navigator.clipboard) reference.after(made, said)
}

/** The server writes times in UTC; here the reader's own zone is known. */
/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const styles = {
  date: { dateStyle: 'long' },
  moment: { day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short' },
  time: { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' },
}
const locale = document.documentElement.dataset.locale
for (const stamp of all('time[data-as]', HTMLTimeElement)) {
  stamp.textContent = new Intl.DateTimeFormat(locale, styles[stamp.dataset.as ?? '']).format(new Date(stamp.dateTime))
}

/** Signed out: on, as soon as every app has heard of it, and no later than the page says. */
const logouts = all('iframe[data-logout]', HTMLIFrameElement)
const [onwards] = all('a[data-go-on]', HTMLAnchorElement)
if (logouts.length > 0) {
  const loaded =
    document.readyState === 'complete' ? Promise.resolve() : new Promise((resolve) => addEventListener('load', resolve))
  const enough = new Promise((resolve) => setTimeout(resolve, 1000 * Number(onwards?.dataset.goOn ?? 5), 'late'))
  const say = (/** @type {'told' | 'late'} */ what) => {
    for (const said of all('[data-told]', HTMLElement)) said.textContent = said.dataset[what] ?? ''
  }
  Promise.race([loaded, enough]).then((how) => {
    if (how === 'late') say('late')
    if (onwards) location.assign(onwards.href)
  })
  loaded.then(() => say('told'))
}

for (const note of all('[data-later]', HTMLElement)) {
  setTimeout(() => {
    note.textContent = note.dataset.later ?? ''
  }, 4000)
}
