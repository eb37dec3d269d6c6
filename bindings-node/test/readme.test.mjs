// The README's code runs, and prints what its comments say; so does the start in `examples/`.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { repository } from './support/places.mjs'

/** Runs a file from this project's folder, so that it finds what is installed here. */
const run = file => execFileSync(process.execPath, [file], { encoding: 'utf8' })

const readme = ['bindings-node/README.md', 'README.md'].map(file => readFileSync(join(repository, file), 'utf8')).join('\n')
const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }))
const extensions = { js: 'mjs', cjs: 'cjs' }

test('the README has code', () => {
  assert.ok(blocks.filter(({ language }) => extensions[language]).length >= 5)
})

for (const [index, { language, code }] of blocks.entries()) {
  if (!extensions[language]) continue
  test(`block ${index + 1} of the README prints what it says`, () => {
    const file = `readme-${index}.${extensions[language]}`
    writeFileSync(file, code)
    const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, printed]) => `${printed}\n`).join('')
    assert.equal(run(file), expected)
    rmSync(file)
  })
}

test('the start prints examples/expected.txt', () => {
  copyFileSync(join(repository, 'examples/node/start.mjs'), 'start.mjs')
  assert.equal(run('start.mjs'), readFileSync(join(repository, 'examples/expected.txt'), 'utf8'))
})

test('the endpoint of the examples prints examples/serve.txt', () => {
  copyFileSync(join(repository, 'examples/node/serve.mjs'), 'serve.mjs')
  assert.equal(run('serve.mjs'), readFileSync(join(repository, 'examples/serve.txt'), 'utf8'))
})
