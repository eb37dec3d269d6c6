#!/usr/bin/env node
'use strict'
// Runs the program in this platform's package, with the same arguments, standard streams, signals and exit code.
const { spawn } = require('node:child_process')
const { optionalDependencies } = require('../package.json')
const { packageName } = require('./platform.js')

const FORWARDED_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT']

function findProgram () {
  try {
    return require.resolve(`${packageName}/sfn-alias${process.platform === 'win32' ? '.exe' : ''}`)
  } catch {
    const supported = Object.keys(optionalDependencies).includes(packageName)
    console.error(supported
      ? `sfn-alias: the package ${packageName} is not installed\nhelp: reinstall sfn-alias with its optional dependencies`
      : `sfn-alias: no program for this platform (${packageName})\nhelp: build it from a checkout with \`cargo install --locked --path cli\``)
    process.exit(3)
  }
}

const child = spawn(findProgram(), process.argv.slice(2), { stdio: 'inherit' })
const terminal = [process.stdin, process.stdout, process.stderr].some(stream => stream.isTTY)
for (const signal of FORWARDED_SIGNALS) {
  // A terminal sends Ctrl-C to the program too. A second signal would stop it without finishing its requests.
  process.on(signal, () => { if (!(terminal && signal === 'SIGINT')) child.kill(signal) })
}
child.on('error', error => {
  console.error(`sfn-alias: cannot run the program: ${error.message}`)
  process.exit(3)
})
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
