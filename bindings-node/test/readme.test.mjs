// Runs the code blocks of the README and the examples, and compares their output with the comments and files.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { repository } from './support/repository.mjs'

/** Runs a file in this directory, where the package is installed. */
const run = file => execFileSync(process.execPath, [file], { encoding: 'utf8' })

const readme = ['bindings-node/README.md', 'README.md'].map(file => readFileSync(join(repository, file), 'utf8')).join('\n')
const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }))
const extensions = { js: 'mjs', cjs: 'cjs' }

test('the README has code blocks', () => {
  assert.ok(blocks.filter(({ language }) => extensions[language]).length >= 5)
})

for (const [index, { language, code }] of blocks.entries()) {
  if (!extensions[language]) continue
  test(`README block ${index + 1} prints its comments`, () => {
    const file = `readme-${index}.${extensions[language]}`
    writeFileSync(file, code)
    const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, printed]) => `${printed}\n`).join('')
    assert.equal(run(file), expected)
    rmSync(file)
  })
}

test('examples/node/start.mjs prints examples/expected.txt', () => {
  copyFileSync(join(repository, 'examples/node/start.mjs'), 'start.mjs')
  assert.equal(run('start.mjs'), readFileSync(join(repository, 'examples/expected.txt'), 'utf8'))
})

test('examples/node/serve.mjs prints examples/serve.txt', () => {
  copyFileSync(join(repository, 'examples/node/serve.mjs'), 'serve.mjs')
  assert.equal(run('serve.mjs'), readFileSync(join(repository, 'examples/serve.txt'), 'utf8'))
})
