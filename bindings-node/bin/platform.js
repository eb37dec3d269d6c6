'use strict'
// The package of this platform, which contains the binary and the program, and the errors if it cannot be used. Each has two
// lines: what was expected and found, and what to do.
const { closeSync, openSync, readSync } = require('node:fs')
const { optionalDependencies } = require('../package.json')

const AVAILABLE = 'Linux x64 and arm64 (glibc 2.17 or later, or musl), macOS x64 and arm64'
const FROM_SOURCE = 'https://github.com/sfn-alias/sfn-alias/blob/main/bindings-node/README.md#other-platforms'

const { platform: system, arch } = process
const platform = [system, arch, ...(system === 'linux' ? [isMusl() ? 'musl' : 'gnu'] : [])].join('-')
const packageName = `sfn-alias-${platform}`

/** Returns whether this Node uses musl. The system may have both C libraries, so its files do not decide. */
function isMusl () {
  const [, library] = /\/ld-(linux|musl)-/.exec(readStart(process.execPath)) ?? []
  if (library !== undefined) return library === 'musl'
  return findGlibc() === undefined
}

/** Returns the start of a program, which contains the path of its loader. */
function readStart (path) {
  const start = Buffer.alloc(4096)
  try {
    const file = openSync(path)
    readSync(file, start)
    closeSync(file)
  } catch {
    return ''
  }
  return start.toString('latin1')
}

/** Returns the version of glibc that this Node uses; `undefined` if it uses another C library. */
function findGlibc () {
  // Without this, the report would look up host names of connections.
  const { excludeNetwork } = process.report
  process.report.excludeNetwork = true
  const { glibcVersionRuntime } = process.report.getReport().header
  process.report.excludeNetwork = excludeNetwork
  return glibcVersionRuntime
}

/** Returns the error if there is no package for this platform; `undefined` if there is one. */
function describeMissingBinary () {
  if (packageName in optionalDependencies) return undefined
  const help = system === 'win32'
    ? 'use Node for Linux in WSL or in a container'
    : `use one of these platforms, or build sfn-alias from source: ${FROM_SOURCE}`
  return `sfn-alias: no binary for ${platform}; available: ${AVAILABLE}\nhelp: ${help}`
}

/** Returns the error if the package of this platform is not installed. */
function describeMissingPackage () {
  const others = Object.keys(optionalDependencies).filter(name => name !== packageName && isInstalled(name))
  const found = others.length > 0 ? `, found ${others.join(' and ')}` : ''
  return `sfn-alias: the package ${packageName} is not installed${found}\n` +
    'help: delete node_modules and package-lock.json, then run `npm install` on this platform without `--omit=optional` ' +
    '(https://github.com/npm/cli/issues/4828)'
}

function isInstalled (name) {
  try {
    return require.resolve(`${name}/package.json`) !== undefined
  } catch {
    return false
  }
}

/** Returns the error if the binary or the program in the package of this platform cannot be loaded. */
function describeFailedLoad (name, { message }) {
  const [reason] = message.split('\n')
  const help = /\bGLIBC_/.test(reason)
    ? `use a system with glibc 2.17 or later; this one has ${findGlibc() ?? 'none'}`
    : `delete node_modules, then run \`npm install\` with the Node that loads the package (${process.version}, ${platform})`
  return `sfn-alias: cannot load ${name}: ${reason}\nhelp: ${help}`
}

/** Returns the error if the binary that the user selects cannot be loaded. */
function describeFailedFile (path, { message }) {
  const [reason] = message.split('\n')
  return `sfn-alias: cannot load ${path}: ${reason}\n` +
    `help: set NAPI_RS_NATIVE_LIBRARY_PATH to the absolute path of a .node file for ${platform}, or unset it`
}

module.exports = { describeFailedFile, describeFailedLoad, describeMissingBinary, describeMissingPackage, packageName, platform }
