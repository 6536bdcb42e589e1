/** Who may import whom: protocol ← roles ← adapters ← apps ← examples, which npm's hoisting does not hold. */
import assert from 'node:assert/strict'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { importsOf, type Layer, manifest, packageOf, packages, sourcesOf, testsOf } from './tree.ts'

/** The layers whose packages each layer may import. */
const below: Readonly<Record<Layer, readonly Layer[]>> = {
  protocol: [],
  roles: ['protocol'],
  adapters: ['protocol', 'roles'],
  apps: ['protocol', 'roles', 'adapters', 'apps'],
  examples: ['protocol', 'roles', 'adapters', 'apps'],
}

/** The libraries that hold no outside: all that the inner layers may lean on. */
const libraries: Partial<Record<Layer, readonly string[]>> = { protocol: [], roles: ['jose', 'oauth4webapi'] }

/** Examples know nothing of each other, but for the one that puts them together. */
const together = 'demo'

const ours = new Map(packages.map((one) => [one.name, one]))
const forTests = Object.keys(manifest('.').devDependencies ?? {})

describe('the arrows point one way', () => {
  it('finds the packages it is about', () => {
    for (const layer of Object.keys(below)) assert.ok(packages.some((one) => one.layer === layer))
    assert.equal(packages.filter(({ layer }) => layer === 'roles').length, 4)
  })

  for (const one of packages) {
    const imports = sourcesOf(one).flatMap((file) => importsOf(file).map((specifier) => ({ file, specifier })))

    it(`lets ${one.name} import only what lies below it`, () => {
      const wrong = imports.filter(({ specifier }) => {
        const name = packageOf(specifier)
        const target = name === undefined ? undefined : ours.get(name)
        if (target === undefined || target === one) return false
        if (one.name === together && target.layer === 'examples') return false
        return !below[one.layer].includes(target.layer)
      })
      assert.deepEqual(wrong, [])
    })

    it(`keeps the relative imports of ${one.name} inside it`, () => {
      const wrong = imports.filter(
        ({ file, specifier }) =>
          specifier.startsWith('.') && !join(dirname(file), specifier).startsWith(`${one.folder}/src/`),
      )
      assert.deepEqual(wrong, [])
    })

    it(`has ${one.name} declare every package it imports, and import every package it declares`, () => {
      const used = new Set(imports.flatMap(({ specifier }) => packageOf(specifier) ?? []))
      used.delete(one.name)
      assert.deepEqual([...used].toSorted(), one.dependencies.toSorted())
    })

    it(`has the tests of ${one.name} import only libraries that it or the checkout declares`, () => {
      const known = [...ours.keys(), ...one.dependencies, ...one.devDependencies, ...forTests]
      const wrong = testsOf(one).flatMap((file) =>
        importsOf(file).filter((specifier) => {
          const name = packageOf(specifier)
          return name !== undefined && !known.includes(name)
        }),
      )
      assert.deepEqual(wrong, [])
    })

    it(`has ${one.name} name parts of Node as such`, () => {
      assert.deepEqual(
        imports.filter(({ specifier }) => !specifier.startsWith('node:') && isBuiltin(specifier)),
        [],
      )
    })

    const allowed = libraries[one.layer]
    if (allowed === undefined) continue
    it(`lets ${one.name} lean on ${allowed.join(' and ') || 'no library'} alone`, () => {
      const wrong = imports.filter(({ specifier }) => {
        const name = packageOf(specifier)
        return name !== undefined && !ours.has(name) && !allowed.includes(name)
      })
      assert.deepEqual(wrong, [])
    })
  }
})
