/**
 * The source tree as the architecture tests see it: packages, files, and what each file imports.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const isOurs = (path: string) => !/(^|\/)(node_modules|dist|coverage|\.git|\.symbolon)(\/|$)/.test(path)

/** Files by glob patterns, relative to the root, without what is installed or built. */
export const files = (...patterns: readonly string[]): readonly string[] =>
  globSync(patterns, { cwd: root, withFileTypes: true, exclude: (entry) => !isOurs(entry.name) })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted()

export type Layer = 'protocol' | 'roles' | 'adapters' | 'apps' | 'examples'

export interface Package {
  readonly name: string
  readonly folder: string
  readonly layer: Layer
  /** What it needs where it runs, what its user brings along included. */
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
}

interface Manifest {
  readonly name: string
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export const manifest = (folder: string): Manifest => JSON.parse(read(join(folder, 'package.json')))

export const packages: readonly Package[] = files(
  'protocol/package.json',
  '{roles,adapters,apps,examples}/*/package.json',
).map((file) => {
  const folder = file.slice(0, -'/package.json'.length)
  const { name, dependencies = {}, peerDependencies = {}, devDependencies = {} } = manifest(folder)
  return {
    name,
    folder,
    layer: folder.split('/')[0] as Layer,
    dependencies: Object.keys({ ...dependencies, ...peerDependencies }),
    devDependencies: Object.keys(devDependencies),
  }
})

export const sourcesOf = ({ folder }: Package): readonly string[] => files(`${folder}/src/**/*.ts`)
export const testsOf = ({ folder }: Package): readonly string[] => files(`${folder}/test/**/*.ts`)

const importForms = [
  /^(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'/gm,
  /^import\s*'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'\s*\)/g,
  /\bimport\.meta\.resolve\(\s*'([^']+)'\s*\)/g,
]

/** Everything a file imports, types included, as it is written. */
export function importsOf(file: string): readonly string[] {
  const text = read(file)
  return importForms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? ''))
}

/** The package that an import names, or nothing for a relative path or a part of Node. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** A file's code without its comments. */
export const codeOf = (file: string): string =>
  read(file)
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)\/\/ .*$/gm, '')
