#!/usr/bin/env node
'use strict'
// Runs the program in this platform's package, with the same arguments, standard streams, signals and exit code.
const { spawn } = require('node:child_process')
const { describeFailedLoad, describeMissingBinary, describeMissingPackage, packageName } = require('./platform.js')

const FORWARDED_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT']

function findProgram () {
  const missing = describeMissingBinary()
  if (missing !== undefined) fail(missing)
  try {
    return require.resolve(`${packageName}/sfn-alias`)
  } catch {
    fail(describeMissingPackage())
  }
}

function fail (message) {
  console.error(message)
  process.exit(3)
}

function startProgram (path) {
  try {
    return spawn(path, process.argv.slice(2), { stdio: 'inherit' })
  } catch (error) {
    fail(describeFailedLoad(packageName, error))
  }
}

const child = startProgram(findProgram())
const terminal = [process.stdin, process.stdout, process.stderr].some(stream => stream.isTTY)
for (const signal of FORWARDED_SIGNALS) {
  // A terminal sends Ctrl-C to the program too. A second signal would stop it without finishing its requests.
  process.on(signal, () => { if (!(terminal && signal === 'SIGINT')) child.kill(signal) })
}
child.on('error', error => fail(describeFailedLoad(packageName, error)))
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
