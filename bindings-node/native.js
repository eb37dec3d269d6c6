'use strict'
// Loads the binary from this platform's package.
const { describeFailedFile, describeFailedLoad, describeMissingBinary, describeMissingPackage, packageName, platform } = require('./bin/platform.js')
const { adoptExports } = require('./realm.js')

function loadBinary () {
  const { NAPI_RS_NATIVE_LIBRARY_PATH: path } = process.env
  if (path) return loadFile(path)
  const missing = describeMissingBinary()
  if (missing !== undefined) throw new Error(missing)
  // Names are literals, so that bundlers and tools that trace `require` find the packages. In a `try` statement, esbuild
  // accepts that packages of other platforms are not installed.
  try {
    switch (platform) {
      case 'darwin-arm64': return require('sfn-alias-darwin-arm64')
      case 'darwin-x64': return require('sfn-alias-darwin-x64')
      case 'linux-arm64-gnu': return require('sfn-alias-linux-arm64-gnu')
      case 'linux-arm64-musl': return require('sfn-alias-linux-arm64-musl')
      case 'linux-x64-gnu': return require('sfn-alias-linux-x64-gnu')
      case 'linux-x64-musl': return require('sfn-alias-linux-x64-musl')
    }
  } catch (cause) {
    throw new Error(cause.code === 'MODULE_NOT_FOUND' ? describeMissingPackage() : describeFailedLoad(packageName, cause), { cause })
  }
}

/** Loads a binary that was built from source. */
function loadFile (path) {
  try {
    return require(path)
  } catch (cause) {
    throw new Error(describeFailedFile(path, cause), { cause })
  }
}

module.exports = adoptExports(loadBinary())
