// Bundles of esbuild and of CDK's `NodejsFunction`, as README.md describes. Each runs in a directory of its own, with what README.md
// says must be next to it and nothing else.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { Runtime } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs'
import { repository } from './support/repository.mjs'

// CDK's own template validation takes seconds.
process.env.CDK_VALIDATION = 'false'
const require = createRequire(import.meta.url)
const { packageName } = require(require.resolve('sfn-alias/package.json').replace('package.json', 'bin/platform.js'))

// Sources are in this directory, where the package is installed. Bundles run outside of it.
const sources = mkdtempSync(resolve('bundle-'))
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => [sources, folder].forEach(path => rmSync(path, { recursive: true })))

const APPLICATION = `
  import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn'
  import * as sdk from '@aws-sdk/client-sfn'
  import { mock } from 'sfn-alias'

  const client = new SFNClient({ region: 'eu-west-1' })
  const active = mock({ sdk })
  client.send(new ListStateMachinesCommand()).then(({ stateMachines }) => {
    active.restore()
    console.log(stateMachines)
  })`
const FUNCTION = `
  import { validate } from 'sfn-alias'
  export const handler = async input => { try { validate('StartExecution', input) } catch (error) { return error.code } }`

function writeSource (name, text) {
  const path = join(sources, name)
  writeFileSync(path, text)
  return path
}

const esbuild = (source, ...options) =>
  spawnSync('node_modules/.bin/esbuild', ['--bundle', '--platform=node', '--log-level=warning', ...options, source], { encoding: 'utf8' })

/** Copies installed packages to the `node_modules` of a directory. */
function install (path, names) {
  for (const name of names) cpSync(resolve('node_modules', name), join(path, 'node_modules', name), { recursive: true })
}

test('esbuild --loader:.node=copy: the bundle needs no packages', () => {
  const outdir = join(folder, 'copied')
  const { status, stderr } = esbuild(writeSource('copied.mjs', APPLICATION), '--loader:.node=copy', `--outdir=${outdir}`)
  assert.deepEqual([status, stderr], [0, ''])
  assert.equal(execFileSync(process.execPath, ['copied.js'], { cwd: outdir, encoding: 'utf8' }), '[]\n')
})

test('esbuild --external:sfn-alias: the bundle needs the package and that of the platform', () => {
  const outdir = join(folder, 'external')
  const { status, stderr } = esbuild(writeSource('external.mjs', APPLICATION), '--external:sfn-alias', '--format=esm', '--out-extension:.js=.mjs', `--outdir=${outdir}`,
    "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);")
  assert.deepEqual([status, stderr], [0, ''])
  install(outdir, ['sfn-alias', packageName])
  assert.equal(execFileSync(process.execPath, ['external.mjs'], { cwd: outdir, encoding: 'utf8' }), '[]\n')
})

test('esbuild without either names the option', () => {
  const { status, stderr } = esbuild(writeSource('inlined.mjs', FUNCTION), `--outdir=${join(folder, 'inlined')}`)
  assert.equal(status, 1)
  assert.match(stderr, /No loader is configured for "\.node" files/)
})

test('esbuild accepts that the AWS SDK is not installed', () => {
  const project = join(folder, 'project')
  install(project, ['sfn-alias', packageName])
  writeFileSync(join(project, 'function.mjs'), FUNCTION)
  const { status, stderr } = esbuild(join(project, 'function.mjs'), '--loader:.node=copy', `--outdir=${join(folder, 'without-sdk')}`)
  assert.deepEqual([status, stderr], [0, ''])
})

/** Synthesizes an app with a function, and returns a copy of its asset outside of this directory. */
function synthesize (name, entry, options) {
  const app = new App({ outdir: join(sources, `${name}.out`), analyticsReporting: false })
  new NodejsFunction(new Stack(app, 'Orders'), 'Check', { entry, runtime: Runtime.NODEJS_22_X, ...options })
  app.synth()
  const [asset] = readdirSync(app.outdir).filter(file => file.startsWith('asset.') && readdirSync(join(app.outdir, file)).includes('index.js'))
  cpSync(join(app.outdir, asset), join(folder, name), { recursive: true })
  return join(folder, name)
}

const callHandler = async asset => require(join(asset, 'index.js')).handler({ stateMachineArn: 'orders' })

test("CDK's NodejsFunction with a loader: the asset contains the binary and no packages", async () => {
  const asset = synthesize('loader', writeSource('function.mjs', FUNCTION), {
    depsLockFilePath: resolve('package-lock.json'), projectRoot: resolve('.'), bundling: { loader: { '.node': 'copy' } }
  })
  assert.deepEqual(readdirSync(asset).map(file => file.replace(/-\w+\.node$/, '.node')).sort(), ['index.js', packageName.replace('sfn-alias-', 'sfn-alias.') + '.node'])
  assert.equal(await callHandler(asset), 'InvalidArn')
})

/** Starts a registry with the packed packages. */
async function startRegistry (context) {
  const child = spawn(process.execPath, ['support/registry.mjs', '../packages', join(repository, 'bindings-node/npm')], { stdio: ['pipe', 'pipe', 'inherit'] })
  context.after(() => child.stdin.end())
  const [url] = await once(child.stdout.setEncoding('utf8'), 'data')
  return url.trim()
}

test("CDK's NodejsFunction with nodeModules: npm installs the package of the platform next to the bundle", async context => {
  const environment = { npm_config_registry: await startRegistry(context), npm_config_audit: 'false', npm_config_fund: 'false', npm_config_cache: join(folder, 'cache') }
  const project = join(sources, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "orders", "private": true }')
  execFileSync('npm', ['install', 'sfn-alias', '--loglevel', 'error'], { cwd: project, env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'inherit'] })
  assert.deepEqual(readdirSync(join(project, 'node_modules')).filter(name => !name.startsWith('.')), ['sfn-alias', packageName])
  writeFileSync(join(project, 'function.mjs'), FUNCTION)
  const asset = synthesize('node-modules', join(project, 'function.mjs'), {
    depsLockFilePath: join(project, 'package-lock.json'), projectRoot: project, bundling: { nodeModules: ['sfn-alias'], environment }
  })
  assert.deepEqual(readdirSync(join(asset, 'node_modules')).filter(name => !name.startsWith('.')), ['sfn-alias', packageName])
  assert.equal(await callHandler(asset), 'InvalidArn')
})
