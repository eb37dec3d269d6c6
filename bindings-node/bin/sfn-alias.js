#!/usr/bin/env node
'use strict'
// Runs the program of this platform's package, in place of this process as far as Node lets it.
const { spawn } = require('node:child_process')
const { optionalDependencies } = require('../package.json')

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGINT']

function program () {
  const glibc = process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime !== undefined
  const libc = { linux: glibc ? '-gnu' : '-musl', win32: '-msvc' }[process.platform] ?? ''
  const name = `sfn-alias-${process.platform}-${process.arch}${libc}`
  try {
    return require.resolve(`${name}/sfn-alias${process.platform === 'win32' ? '.exe' : ''}`)
  } catch {
    const known = Object.keys(optionalDependencies).includes(name)
    console.error(known
      ? `sfn-alias: the package ${name} is missing: install sfn-alias anew, with its optional dependencies`
      : `sfn-alias: there is no program for this platform (${name}): build it with cargo install --path server`)
    process.exit(3)
  }
}

const child = spawn(program(), process.argv.slice(2), { stdio: 'inherit' })
const terminal = [process.stdin, process.stdout, process.stderr].some(stream => stream.isTTY)
for (const signal of FORWARDED) {
  // Ctrl-C in a terminal reaches the program as well; a second one would end it at once.
  process.on(signal, () => { if (!(terminal && signal === 'SIGINT')) child.kill(signal) })
}
child.on('error', error => {
  console.error(`sfn-alias: the program cannot be run: ${error.message}`)
  process.exit(3)
})
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
