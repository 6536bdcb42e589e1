import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { de } from '../../src/words/de.ts'
import { en } from '../../src/words/en.ts'
import { choose } from '../../src/words/index.ts'
import { pseudo, stretch } from '../../src/words/pseudo.ts'

/** Every text, by the path of its keys; sentences with their places filled. */
function texts(words: object, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(words).flatMap(([key, value]) => {
    const here = path ? `${path}.${key}` : key
    if (typeof value === 'function') return [[here, value('‹1›', '‹2›').join('')] as const]
    return typeof value === 'string' ? [[here, value] as const] : texts(value, here)
  })
}

describe('the words', () => {
  for (const [language, words] of Object.entries({ en, de })) {
    it(`keep to plain language in ${language}: no jargon outside the developer's part, no shouting`, () => {
      const technical = ['consent.scope', 'consent.resource', 'consent.details']
      for (const [path, text] of texts(words)) {
        assert.ok(text.trim() !== '', path)
        assert.doesNotMatch(text, /!|\boops\b|\binvalid\b/i, path)
        if (technical.includes(path)) continue
        assert.doesNotMatch(text, /redirect|\bclients?\b|\bgrants?\b|\btokens?\b|\bscopes?\b|\bsessions?\b/i, path)
      }
    })
  }

  it('leave no place of a sentence out in German', () => {
    const german = new Map(texts(de))
    for (const [path, text] of texts(en)) {
      const places = (sentence: string | undefined) => [...(sentence ?? '').matchAll(/‹\d›/g)].map(String).sort()
      assert.deepEqual([...new Set(places(german.get(path)))], [...new Set(places(text))], path)
    }
  })

  it('are translated into German, but for the few that are the same', () => {
    const german = new Map(texts(de))
    const same = texts(en).filter(([path, text]) => german.get(path) === text)
    assert.deepEqual(
      same.map(([path]) => path),
      ['frame.title', 'consent.scope', 'claims.name', 'claims.website'],
    )
  })

  it('are two fifths longer in the language for tests', () => {
    assert.equal(stretch('Sign in'), 'Šîĝñ îñ~~~')
    assert.equal(pseudo.consent.signedInAs('ada').join(''), `${stretch('Signed in as ')}ada`)
  })
})

describe('choosing a language', () => {
  const tagOf = (...wishes: string[]) => choose(wishes).tag

  it('takes the first wish that is served, and English otherwise', () => {
    assert.equal(tagOf('fr', 'de-AT', 'en'), 'de')
    assert.equal(tagOf('en-US', 'de'), 'en')
    assert.equal(tagOf('ar'), 'en')
    assert.equal(tagOf(), 'en')
    assert.equal(tagOf('*', 'no such thing', '"><script>', 'de'), 'de')
  })

  it('writes dates as the region does that was asked for', () => {
    const seconds = Date.UTC(2026, 2, 3) / 1000
    const dateIn = (locale: string) =>
      choose([locale])
        .formats.date(seconds)
        .toString()
        .replace(/<[^>]*>/g, '')
    assert.equal(dateIn('en'), '3 March 2026')
    assert.equal(dateIn('en-US'), 'March 3, 2026')
    assert.equal(dateIn('de'), '3. März 2026')
  })

  it('says times with their zone, waits rounded up, and lists as sentences do', () => {
    const { formats } = choose(['en'])
    const time = formats.moment(Date.UTC(2026, 10, 20, 14, 2) / 1000).toString()
    assert.match(time, /^<time datetime="2026-11-20T14:02:00.000Z" data-as="moment">20 November 2026 at 14:02 UTC</)
    assert.equal(formats.wait(1), '1 second')
    assert.equal(formats.wait(59.2), '1 minute')
    assert.equal(formats.wait(61), '2 minutes')
    assert.equal(formats.minutes(120), '2 hours')
    assert.equal(formats.days(30), '30 days')
    assert.equal(formats.list(['a', 'b', 'c']).join(''), 'a, b and c')
  })
})
