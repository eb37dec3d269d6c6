'use strict'
// The package of this platform. It contains the binary and the program.
const { readFileSync } = require('node:fs')

/** Returns the last part of the name: packages for Linux differ by the C library. */
function findLibrary () {
  if (process.platform === 'win32') return '-msvc'
  if (process.platform !== 'linux') return ''
  return isMusl() ? '-musl' : '-gnu'
}

function isMusl () {
  try {
    return readFileSync('/usr/bin/ldd', 'utf8').includes('musl')
  } catch {
    // Without this, the report would look up host names of connections.
    process.report.excludeNetwork = true
    return process.report.getReport().header.glibcVersionRuntime === undefined
  }
}

const platform = `${process.platform}-${process.arch}${findLibrary()}`

module.exports = { platform, packageName: `sfn-alias-${platform}` }
