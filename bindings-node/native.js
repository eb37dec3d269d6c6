'use strict'
// Loads the binary from this platform's package.
const { packageName, platform } = require('./bin/platform.js')
const { adoptExports } = require('./realm.js')

/** Loads the binary of each platform. The names are literals, so that tools that trace `require` find the packages. */
const LOADERS = {
  'darwin-arm64': () => require('sfn-alias-darwin-arm64'),
  'darwin-x64': () => require('sfn-alias-darwin-x64'),
  'linux-arm64-gnu': () => require('sfn-alias-linux-arm64-gnu'),
  'linux-arm64-musl': () => require('sfn-alias-linux-arm64-musl'),
  'linux-x64-gnu': () => require('sfn-alias-linux-x64-gnu'),
  'linux-x64-musl': () => require('sfn-alias-linux-x64-musl'),
  'win32-arm64-msvc': () => require('sfn-alias-win32-arm64-msvc'),
  'win32-x64-msvc': () => require('sfn-alias-win32-x64-msvc')
}

function loadBinary () {
  const { NAPI_RS_NATIVE_LIBRARY_PATH: path } = process.env
  if (path) return require(path)
  const load = LOADERS[platform]
  if (load === undefined) {
    throw new Error(`sfn-alias: no binary for this platform (${platform})\nhelp: use one of ${Object.keys(LOADERS).join(', ')}`)
  }
  try {
    return load()
  } catch (cause) {
    throw createLoadError(cause)
  }
}

function createLoadError (cause) {
  if (cause.code !== 'MODULE_NOT_FOUND') return new Error(`sfn-alias: cannot load the package ${packageName}: ${cause.message}`, { cause })
  return new Error(
    `sfn-alias: the package ${packageName} is not installed\n` +
    'help: delete node_modules and package-lock.json, then run `npm install` without `--omit=optional` ' +
    '(https://github.com/npm/cli/issues/4828)', { cause })
}

module.exports = adoptExports(loadBinary())
