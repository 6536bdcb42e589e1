/** What users of the packages receive is free to use, and what is installed is what was reviewed. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { read } from './tree.ts'

interface Entry {
  readonly license?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly dev?: boolean
  readonly link?: boolean
}

const permissive = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense']

/** Packages that state their licence in a file alone, which was read. */
const licenceFiles = new Map([['png-js', 'MIT']])

const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
const isPermissive = (licence: string) =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((one) => permissive.includes(one))

const lock: { readonly packages: Readonly<Record<string, Entry>> } = JSON.parse(read('package-lock.json'))
const installed = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link)

it('depends in production on nothing without a permissive licence', () => {
  const production = installed.filter(([, { dev }]) => dev !== true)
  assert.ok(production.length > 20)
  const others = production
    .map(([path, { license }]) => ({
      name: nameOf(path),
      licence: license ?? licenceFiles.get(nameOf(path)) ?? 'none',
    }))
    .filter(({ licence }) => !isPermissive(licence))
  assert.deepEqual(others, [])
})

it('pins every package by its integrity and to no one registry', () => {
  const loose = installed.filter(([, { integrity, resolved }]) => integrity === undefined || resolved !== undefined)
  assert.deepEqual(
    loose.map(([path]) => path),
    [],
  )
})
