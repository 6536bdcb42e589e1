/**
 * The shell around every page: title, skip link, one main landmark, and at the same place on every page the
 * language, the help and the flow's reference.
 *
 * @see WCAG 2.2: 2.4.1, 2.4.2, 3.1.1, 3.2.6
 */
import { iconPath, scriptPath, themePath } from './assets.ts'
import { href, html } from './html.ts'
import type { Page, Pen } from './page.ts'
import { mark } from './parts/icons.ts'
import { plain } from './parts/text.ts'
import { type Language, languages } from './words/index.ts'

export function shell(page: Page, pen: Pen, language: Language): string {
  const { frame, words, path } = pen
  const title = (page.problem ? words.frame.titleWithError : words.frame.title)(page.title, frame.issuerName)
  const brand = html`${mark}<bdi>${frame.issuerName}</bdi>`
  return html`<!doctype html>
<html lang="${language.tag}" dir="${language.direction}" data-locale="${language.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${plain(title)}</title>
<link rel="icon" type="image/svg+xml" href="${path(iconPath)}">
<link rel="stylesheet" href="${path(themePath)}">
<script type="module" src="${path(scriptPath)}"></script>
</head>
<body class="${page.layout}">
<a class="skip" href="#main">${words.frame.skip}</a>
<header class="top">${
    page.layout === 'account'
      ? html`<a class="brand" href="${path('/account')}">${brand}</a>`
      : html`<p class="brand">${brand}</p>`
  }</header>
<main id="main" tabindex="-1">
${page.content}
</main>
${foot(pen, language)}
</body>
</html>
`.toString()
}

function foot({ frame, words, path }: Pen, language: Language) {
  const [here = '/', query = ''] = frame.here.split('?', 2)
  const kept = [...new URLSearchParams(query)].filter(([name]) => name !== 'ui_locales')
  const help = href(frame.help)
  return html`<footer class="foot">
<form class="language" method="get" action="${path(here)}">
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label class="unseen" for="ui_locales">${words.frame.language}</label>
<select id="ui_locales" name="ui_locales">${languages.map(
    ({ tag, name }) =>
      html`<option lang="${tag}" value="${tag}"${tag === language.tag && html` selected`}>${name}</option>`,
  )}</select>
<button id="change-language" class="quiet">${words.frame.changeLanguage}</button>
</form>
${
  frame.flow !== '' &&
  html`<p class="ref">${words.frame.reference} <span class="code" data-copy="${words.frame.copy}" data-copied="${words.frame.copied}">${frame.flow}</span></p>`
}
<details class="help"><summary>${words.frame.help}</summary>
<p>${words.frame.helpText(html`<bdi>${frame.issuerName}</bdi>`)}</p>
${help && html`<p><a href="${help}">${words.frame.getHelp}</a></p>`}
</details>
</footer>`
}
