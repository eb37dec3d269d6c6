// Loading the binary and starting the program on other platforms, without the package of the platform, and with broken files.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'

const require = createRequire(import.meta.url)
const main = dirname(require.resolve('sfn-alias/package.json'))
const { packageName, platform } = require(join(main, 'bin/platform.js'))

const AVAILABLE = 'Linux x64 and arm64 (glibc 2.17 or later, or musl), macOS x64 and arm64'
const PAGE = 'https://github.com/sfn-alias/sfn-alias/blob/main/bindings-node/README.md#other-platforms'
const REINSTALL = 'help: delete node_modules and package-lock.json, then run `npm install` on this platform without ' +
  '`--omit=optional` (https://github.com/npm/cli/issues/4828)'

// Outside of this directory, where the package of this platform is installed.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sfn-alias-')))
after(() => rmSync(folder, { recursive: true }))

/** Creates a project with the main package and one package for a platform, which consists of these files. */
function createProject (name, files = {}) {
  const project = join(folder, name)
  cpSync(main, join(project, 'node_modules/sfn-alias'), { recursive: true })
  for (const [file, content] of Object.entries({ 'package.json': JSON.stringify({ main: 'sfn-alias.node' }), ...files })) {
    const path = join(project, 'node_modules', name, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content, { mode: 0o755 })
  }
  return project
}

/** Creates a program that begins as one that the loader of a C library starts. */
function createExecutable (loader) {
  const path = join(folder, 'node')
  writeFileSync(path, `\x7fELF${'\0'.repeat(700)}${loader}\0`)
  return path
}

/**
 * Runs code in a new process with other properties of `process`. Returns the lines of standard error. `glibc` is the version in
 * the report of Node, or null.
 */
function run (code, { project = '.', glibc, env = {}, ...properties } = {}) {
  const setup = `
    for (const [name, value] of Object.entries(${JSON.stringify(properties)})) Object.defineProperty(process, name, { value })
    const glibc = ${JSON.stringify(glibc)}
    if (glibc !== undefined) process.report.getReport = () => ({ header: { glibcVersionRuntime: glibc ?? undefined } })
    ${code}`
  const { stderr } = spawnSync(process.execPath, ['-e', setup], { cwd: project, env: { ...process.env, ...env }, encoding: 'utf8' })
  return stderr.split('\n').slice(0, -1)
}

/** Returns the lines of the error of `require('sfn-alias')`. */
const load = options => run("try { require('sfn-alias') } catch ({ message }) { console.error(message) }", options)

/** Returns the lines of the error of `npx sfn-alias`. */
const start = options => run("process.argv.push('--version'); require(require.resolve('sfn-alias/package.json').replace('package.json', 'bin/sfn-alias.js'))", options)

test('the binary of this platform is loaded', () => {
  assert.deepEqual(load(), [])
})

for (const [system, arch, found, help] of [
  ['win32', 'x64', 'win32-x64', 'use Node for Linux in WSL or in a container'],
  ['win32', 'arm64', 'win32-arm64', 'use Node for Linux in WSL or in a container'],
  ['linux', 'ia32', 'linux-ia32-gnu', `use one of these platforms, or build sfn-alias from source: ${PAGE}`],
  ['freebsd', 'x64', 'freebsd-x64', `use one of these platforms, or build sfn-alias from source: ${PAGE}`]
]) {
  test(`${found}: the library and the program name the available platforms`, () => {
    const lines = [`sfn-alias: no binary for ${found}; available: ${AVAILABLE}`, `help: ${help}`]
    const properties = { platform: system, arch, execPath: createExecutable('/lib/ld-linux.so.2') }
    assert.deepEqual(load(properties), lines)
    assert.deepEqual(start(properties), lines)
  })
}

for (const [name, properties] of Object.entries({
  'sfn-alias-darwin-arm64': { platform: 'darwin', arch: 'arm64' },
  'sfn-alias-darwin-x64': { platform: 'darwin', arch: 'x64' },
  'sfn-alias-linux-arm64-gnu': { platform: 'linux', arch: 'arm64', loader: '/lib/ld-linux-aarch64.so.1' },
  'sfn-alias-linux-arm64-musl': { platform: 'linux', arch: 'arm64', loader: '/lib/ld-musl-aarch64.so.1' },
  'sfn-alias-linux-x64-gnu': { platform: 'linux', arch: 'x64', loader: '/lib64/ld-linux-x86-64.so.2', glibc: null },
  'sfn-alias-linux-x64-musl': { platform: 'linux', arch: 'x64', loader: '/lib/ld-musl-x86_64.so.1', glibc: '2.36' }
})) {
  test(`${name}: the library and the program report that the package is not installed`, () => {
    const { loader = '', ...rest } = properties
    const options = { ...rest, execPath: createExecutable(loader), project: createProject('sfn-alias-none') }
    const lines = [`sfn-alias: the package ${name} is not installed`, REINSTALL]
    assert.deepEqual(load(options), lines)
    assert.deepEqual(start(options), lines)
  })
}

test('without a loader in the executable of Node, its report decides which C library it uses', () => {
  const options = { platform: 'linux', arch: 'x64', execPath: createExecutable(''), project: createProject('sfn-alias-none') }
  assert.deepEqual(load({ ...options, glibc: '2.28' })[0], 'sfn-alias: the package sfn-alias-linux-x64-gnu is not installed')
  assert.deepEqual(load({ ...options, glibc: null })[0], 'sfn-alias: the package sfn-alias-linux-x64-musl is not installed')
  assert.deepEqual(load({ ...options, execPath: '/missing', glibc: null })[0], 'sfn-alias: the package sfn-alias-linux-x64-musl is not installed')
})

test('a package of another platform that is installed instead is named', () => {
  const other = platform === 'darwin-x64' ? 'sfn-alias-darwin-arm64' : 'sfn-alias-darwin-x64'
  const lines = [`sfn-alias: the package ${packageName} is not installed, found ${other}`, REINSTALL]
  const project = createProject(other)
  assert.deepEqual(load({ project }), lines)
  assert.deepEqual(start({ project }), lines)
})

test('a binary of another architecture, or a program without permission, is an error with the reason of the system', () => {
  const project = createProject(packageName, { 'sfn-alias.node': '\x7fELF\x01', 'sfn-alias': '' })
  const program = join(project, 'node_modules', packageName, 'sfn-alias')
  chmodSync(program, 0o644)
  const [loaded, started] = [load({ project }), start({ project })]
  assert.match(loaded[0], new RegExp(`^sfn-alias: cannot load ${packageName}: .*sfn-alias\\.node`))
  assert.equal(started[0], `sfn-alias: cannot load ${packageName}: spawn ${program} EACCES`)
  const help = `help: delete node_modules, then run \`npm install\` with the Node that loads the package (${process.version}, ${platform})`
  assert.deepEqual([loaded.slice(1), started.slice(1)], [[help], [help]])
})

test('a glibc that is too old is an error with its version', () => {
  const reason = "/lib/libc.so.6: version `GLIBC_2.17' not found (required by /app/sfn-alias.node)"
  const main = { 'package.json': '{"main": "index.js"}', 'index.js': `throw Object.assign(new Error(${JSON.stringify(reason)}), { code: 'ERR_DLOPEN_FAILED' })` }
  const options = { project: createProject('sfn-alias-linux-x64-gnu', main), platform: 'linux', arch: 'x64', execPath: createExecutable('/lib64/ld-linux-x86-64.so.2'), glibc: '2.12' }
  assert.deepEqual(load(options), [
    `sfn-alias: cannot load sfn-alias-linux-x64-gnu: ${reason}`,
    'help: use a system with glibc 2.17 or later; this one has 2.12'
  ])
})

test('an environment variable selects a binary that was built from source', () => {
  const env = path => ({ NAPI_RS_NATIVE_LIBRARY_PATH: path })
  assert.deepEqual(load({ platform: 'freebsd', env: env(require.resolve(packageName)) }), [])
  assert.deepEqual(load({ env: env('/missing.node') }), [
    "sfn-alias: cannot load /missing.node: Cannot find module '/missing.node'",
    `help: set NAPI_RS_NATIVE_LIBRARY_PATH to the absolute path of a .node file for ${platform}, or unset it`
  ])
})
