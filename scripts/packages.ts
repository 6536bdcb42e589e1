/**
 * Builds the packages as they are published: JavaScript with declarations, no TypeScript sources, and manifests that
 * point at them.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: unknown
  readonly bin?: unknown
  readonly engines?: unknown
  readonly scripts?: unknown
  readonly devDependencies?: unknown
}

interface Source {
  readonly folder: string
  readonly manifest: Manifest
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))

/** The workspaces that are published: all but the examples. */
const findSources = (): readonly Source[] =>
  globSync(['protocol', '{roles,adapters,apps}/*'], { cwd: root })
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => manifest.private !== true)

/** `./src/x.ts` as the built package has it: with its declarations where `types` says so. */
function built(target: unknown, withTypes: boolean): unknown {
  if (typeof target === 'string') {
    const path = target.replace(/^\.\/src\//, './dist/')
    if (!path.endsWith('.ts')) return path
    const script = path.replace(/\.ts$/, '.js')
    return withTypes ? { types: path.replace(/\.ts$/, '.d.ts'), default: script } : script
  }
  if (typeof target !== 'object' || target === null) return target
  return Object.fromEntries(Object.entries(target).map(([name, inner]) => [name, built(inner, withTypes)]))
}

/** What the server is made of needs the Node that it is tested with; the client and the guard run on older ones. */
const ofTheServer: ReadonlySet<string> = new Set(
  ['authorization-server', 'cli', 'http', 'server', 'storage'].map((name) => `@symbolon/${name}`),
)

function publishedManifest({ manifest }: Source): Manifest & { readonly files: readonly string[] } {
  const { scripts: _scripts, devDependencies: _devDependencies, exports, bin, ...kept } = manifest
  return {
    ...kept,
    engines: { node: ofTheServer.has(manifest.name) ? '>=26' : '>=20' },
    ...(exports !== undefined && { exports: built(exports, true) }),
    ...(bin !== undefined && { bin: built(bin, false) }),
    files: ['dist'],
  }
}

/** Compiles all sources into `output`, which mirrors the tree. */
function compile(sources: readonly Source[], output: string): void {
  const config = join(output, 'tsconfig.json')
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: root,
      outDir: output,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: sources.map(({ folder }) => join(root, folder, 'src')),
    exclude: [],
  }
  writeFileSync(config, JSON.stringify(settings))
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', config], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`The packages do not compile:\n${stdout}`)
}

/** Puts one package together: what was compiled, what needs no compiling, the manifest and the licence. */
function assemble(source: Source, compiled: string, output: string): void {
  const from = join(root, source.folder, 'src')
  const dist = join(output, 'dist')
  cpSync(join(compiled, source.folder, 'src'), dist, { recursive: true })
  for (const file of globSync('**/*.d.ts', { cwd: dist })) {
    replaceIn(join(dist, file), /((?:from|import\()\s*'\.[^']*)\.ts'/g, "$1.js'")
  }
  for (const asset of globSync('**/*.*', { cwd: from }).filter((file) => !file.endsWith('.ts'))) {
    mkdirSync(dirname(join(dist, asset)), { recursive: true })
    cpSync(join(from, asset), join(dist, asset))
    if (asset.endsWith('.mjs')) replaceIn(join(dist, asset), /(import\('\.[^']*)\.ts'/g, "$1.js'")
  }
  writeFileSync(join(output, 'package.json'), `${JSON.stringify(publishedManifest(source), null, 2)}\n`)
  cpSync(join(root, 'LICENSE'), join(output, 'LICENSE'))
  for (const readme of globSync('README.md', { cwd: join(root, source.folder) })) {
    cpSync(join(root, source.folder, readme), join(output, readme))
  }
}

const replaceIn = (file: string, what: RegExp, by: string): void =>
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(what, by))

/** Packs folders with npm and answers the paths of the tarballs. */
export function npmPack(folders: readonly string[], destination: string): readonly string[] {
  const parameters = ['pack', ...folders, '--json', '--ignore-scripts', '--pack-destination', destination]
  const answer = execFileSync('npm', parameters, {
    cwd: destination,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const packed: Readonly<Record<string, { filename: string }>> | readonly { filename: string }[] = JSON.parse(answer)
  return Object.values(packed).map(({ filename }) => join(destination, filename))
}

/** Builds all packages, or those named, below `output` and answers their tarballs, which stand in `output` itself. */
export function buildPackages(output: string, names?: readonly string[]): readonly string[] {
  rmSync(output, { recursive: true, force: true })
  const compiled = join(output, 'compiled')
  mkdirSync(compiled, { recursive: true })
  const sources = findSources().filter(({ manifest }) => names?.includes(manifest.name) ?? true)
  compile(sources, compiled)
  const folders = sources.map((source) => {
    const folder = join(output, 'packages', source.folder)
    mkdirSync(folder, { recursive: true })
    assemble(source, compiled, folder)
    return folder
  })
  return npmPack(folders, output)
}
