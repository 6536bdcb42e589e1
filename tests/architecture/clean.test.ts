/** Nothing in the tree that belongs to one machine, one moment or one person. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { files, importsOf, manifest, packageOf, packages, read } from './tree.ts'

const texts = files('**/*.{ts,mjs,js,json,md,yaml,yml,css,html,svg}', '.ci/*', '.npmrc', '.gitignore')
const tests = texts.filter((file) => file.endsWith('.test.ts') || /\/tests?\//.test(`/${file}`))
const code = texts.filter((file) => /\.(ts|mjs)$/.test(file))

/** Each line of `within` that matches, with its place. */
const find = (pattern: RegExp, within: readonly string[]): readonly string[] =>
  within.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )

describe('the tree is clean', () => {
  it('finds the files it is about', () => {
    for (const list of [texts, tests, code]) assert.ok(list.length > 50)
  })

  it('names no path of a machine and no registry', () => {
    assert.deepEqual(find(/\/(work|home|root|Users)\/\w|\/tmp\/[\w-]+\/|registry\.\w+\.(org|com|io)/, texts), [])
  })

  it('skips no test, singles none out and leaves none to do', () => {
    assert.deepEqual(
      find(/\b(it|test|describe|suite)\.(skip|only|todo)\b|\b(skip|only|todo): *(true|['"`])/, tests),
      [],
    )
    assert.deepEqual(find(/\b[tT](est)?\.(skip|todo)\(/, tests), [])
  })

  it('leaves no note to do something later', () => {
    assert.deepEqual(find(/\b(TO[D]O|FIX[M]E|X{3}|HA[C]K)\b/, texts), [])
  })

  it('exports nothing without a name', () => {
    assert.deepEqual(find(/^export default\b/, code), [])
  })

  it('silences neither the types nor the lint', () => {
    assert.deepEqual(find(/@ts-(i[g]nore|no[c]heck)|biome-i[g]nore/, code), [])
    // A test may say that a line must not compile: it fails where the line does.
    const outsideTests = code.filter((file) => !tests.includes(file))
    assert.deepEqual(find(/@ts-exp[e]ct-error/, outsideTests), [])
  })

  it('imports only declared packages in tests and scripts of the whole', () => {
    const { devDependencies = {} } = manifest('.')
    const known = [...Object.keys(devDependencies), ...packages.map(({ name }) => name)]
    const wrong = files('{tests,scripts,bench}/**/*.{ts,mjs}').flatMap((file) =>
      importsOf(file)
        .map(packageOf)
        .filter((name) => name !== undefined && !known.includes(name))
        .map((name) => `${file}: ${name}`),
    )
    assert.deepEqual(wrong, [])
  })
})
