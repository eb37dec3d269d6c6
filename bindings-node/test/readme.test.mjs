// Runs the code blocks of the documents and the examples, and compares their output with the comments and files.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { repository } from './support/repository.mjs'

/** The documents with code blocks for Node. */
const documents = [
  'bindings-node/README.md', 'README.md', 'docs/test-node.md', 'docs/check-before-a-deploy.md', 'docs/deploy-gradually.md',
  'docs/on-start.md'
]
const extensions = { js: 'mjs', cjs: 'cjs' }
// CDK's own template validation is not tested here and takes seconds. The test runner of a block must not report to this one.
const { NODE_TEST_CONTEXT: _, ...environment } = { ...process.env, CDK_VALIDATION: 'false' }

/** Runs a file in a folder of this directory, where the package is installed. */
const run = (file, { cwd = '.', options = [] } = {}) =>
  execFileSync(process.execPath, [...options, file], { encoding: 'utf8', cwd, env: environment })

/** Returns the blocks of a document. The first line of a block may be a comment with its file name. */
function readBlocks (document) {
  const text = readFileSync(join(repository, document), 'utf8')
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }))
  return blocks.filter(({ language }) => extensions[language]).map(({ language, code }, index) => {
    const [, name = `block-${index + 1}.${extensions[language]}`] = /^\/\/ ([\w.-]+\.[mc]?js)$/m.exec(code.split('\n')[0]) ?? []
    return { name, code }
  })
}

/** How to run the tests of each runner, from the folder of the block. */
const runners = {
  'vitest.test.mjs': ['../node_modules/vitest/vitest.mjs', 'run', '--root', '.'],
  'jest.test.cjs': ['../node_modules/jest/bin/jest.js', '--rootDir', '.', '--transform', '{}']
}

/** Runs a block: a test with its runner, any other block as a program that prints its comments. */
function runBlock ({ name, code }, cwd) {
  writeFileSync(join(cwd, name), code)
  if (/\.test\.[mc]js$/.test(name)) return run(name, { cwd, options: runners[name] ?? ['--test'] })
  const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, printed]) => `${printed}\n`).join('')
  assert.equal(run(name, { cwd }), expected)
}

for (const document of documents) {
  const folder = `blocks-${basename(document, '.md')}`
  test(`the blocks of ${document}`, async context => {
    const blocks = readBlocks(document)
    assert.ok(blocks.length >= 1)
    mkdirSync(folder, { recursive: true })
    for (const block of blocks) await context.test(block.name, () => { runBlock(block, folder) })
    rmSync(folder, { recursive: true })
  })
}

const examples = [['start', 'expected'], ['serve', 'serve'], ['canary_rolls_back', 'canary_rolls_back'], ['run_definitions', 'run_definitions']]
for (const [example, printed] of examples) {
  test(`examples/node/${example}.mjs prints examples/${printed}.txt`, () => {
    copyFileSync(join(repository, `examples/node/${example}.mjs`), `${example}.mjs`)
    assert.equal(run(`${example}.mjs`), readFileSync(join(repository, `examples/${printed}.txt`), 'utf8'))
  })
}
