// Bundles of esbuild and of CDK's `NodejsFunction`, as README.md describes.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { Runtime } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs'

// In this directory, so that the bundles find the package.
const folder = mkdtempSync(resolve('bundle-'))
after(() => rmSync(folder, { recursive: true }))
const entry = join(folder, 'index.mjs')
writeFileSync(entry, `
  import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn'
  import * as sdk from '@aws-sdk/client-sfn'
  import { mock } from 'sfn-alias'

  const client = new SFNClient({ region: 'eu-west-1' })
  export const handler = async () => {
    const active = mock({ sdk })
    const { stateMachines } = await client.send(new ListStateMachinesCommand())
    active.restore()
    return stateMachines
  }
  if (process.env.RUN_HANDLER) console.log(await handler())`)
const esbuild = (...options) => spawnSync('node_modules/.bin/esbuild', ['--bundle', '--platform=node', ...options, entry], { encoding: 'utf8' })
const env = { ...process.env, RUN_HANDLER: '1' }

test('esbuild --external:sfn-alias, with the SDK in the bundle', () => {
  const outfile = join(folder, 'bundle.mjs')
  const { status, stderr } = esbuild('--external:sfn-alias', '--format=esm', `--outfile=${outfile}`,
    "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);")
  assert.equal(status, 0, stderr)
  assert.equal(execFileSync(process.execPath, [outfile], { encoding: 'utf8', env }), '[]\n')
})

test('esbuild needs --external', () => {
  const { status, stderr } = esbuild('--format=esm', `--outfile=${join(folder, 'inlined.mjs')}`)
  assert.equal(status, 1)
  assert.match(stderr, /You can mark the path "sfn-alias-[\w-]+" as external/)
})

test("CDK's NodejsFunction with externalModules", async () => {
  const app = new App({ outdir: join(folder, 'cdk.out'), analyticsReporting: false })
  const bundling = { externalModules: ['sfn-alias', '@aws-sdk/*'] }
  const source = join(folder, 'function.mjs')
  writeFileSync(source, `
    import { validate } from 'sfn-alias'
    export const handler = async input => { try { validate('StartExecution', input) } catch (error) { return error.code } }`)
  new NodejsFunction(new Stack(app, 'Orders'), 'Check', { entry: source, runtime: Runtime.NODEJS_20_X, depsLockFilePath: resolve('package-lock.json'), projectRoot: resolve('.'), bundling })
  app.synth()
  const asset = readdirSync(join(folder, 'cdk.out')).find(name => name.startsWith('asset.') && readdirSync(join(folder, 'cdk.out', name)).includes('index.js'))
  writeFileSync(join(folder, 'cdk.out', asset, 'package.json'), '{"type": "commonjs"}')
  const { handler } = (await import(join(folder, 'cdk.out', asset, 'index.js'))).default
  assert.equal(await handler({ stateMachineArn: 'orders' }), 'InvalidArn')
})
