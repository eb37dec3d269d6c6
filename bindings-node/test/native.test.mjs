// Loading the binary: errors on platforms without a package, and other binaries.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { test } from 'node:test'

const require = createRequire(import.meta.url)
const { platform } = require(require.resolve('sfn-alias/package.json').replace('package.json', 'bin/platform.js'))

/** Loads the package in a new process with other properties of `process`, and returns the error. */
function load (properties, environment = {}) {
  const code = `
    for (const [name, value] of Object.entries(${JSON.stringify(properties)})) Object.defineProperty(process, name, { value })
    try { require('sfn-alias') } catch ({ message, cause }) { console.log(JSON.stringify({ message, cause: cause?.code })) }`
  const { stdout } = spawnSync(process.execPath, ['-e', code], { env: { ...process.env, ...environment }, encoding: 'utf8' })
  return stdout === '' ? undefined : JSON.parse(stdout)
}

test('the binary of this platform is loaded', () => {
  assert.equal(load({}), undefined)
})

test('a platform without a package is an error that names the platforms', () => {
  assert.deepEqual(load({ platform: 'freebsd', arch: 'x64' }), {
    message: 'sfn-alias: no binary for this platform (freebsd-x64)\nhelp: use one of darwin-arm64, darwin-x64, linux-arm64-gnu, ' +
      'linux-arm64-musl, linux-x64-gnu, linux-x64-musl, win32-arm64-msvc, win32-x64-msvc'
  })
})

test('a missing package is an error that says how to install it', () => {
  const missing = platform === 'win32-arm64-msvc' ? 'darwin-x64' : 'win32-arm64-msvc'
  const [os, arch] = missing.split('-')
  assert.deepEqual(load({ platform: os, arch }), {
    message: `sfn-alias: the package sfn-alias-${missing} is not installed\nhelp: delete node_modules and package-lock.json, then run ` +
      '`npm install` without `--omit=optional` (https://github.com/npm/cli/issues/4828)',
    cause: 'MODULE_NOT_FOUND'
  })
})

test('an environment variable selects another binary', () => {
  assert.equal(load({ platform: 'freebsd' }, { NAPI_RS_NATIVE_LIBRARY_PATH: require.resolve(`sfn-alias-${platform}`) }), undefined)
  assert.match(load({}, { NAPI_RS_NATIVE_LIBRARY_PATH: '/missing.node' }).message, /^Cannot find module '\/missing\.node'/)
})
