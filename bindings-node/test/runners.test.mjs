// The package in tests of Vitest and Jest, each in its own process. A test that does not close its server must end.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const { NODE_TEST_CONTEXT: _, ...env } = process.env
const bins = { jest: 'node_modules/jest/bin/jest.js', vitest: 'node_modules/vitest/vitest.mjs' }

for (const [runner, ...options] of [
  ['jest', '--rootDir', 'runners', '--transform', '{}', 'jest.test.cjs'],
  ['vitest', 'run', '--root', 'runners', 'vitest.test.mjs'],
  ['vitest', 'run', '--root', 'runners', '--pool', 'vmThreads', 'vitest.test.mjs']
]) {
  test([runner, ...options].join(' '), () => {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [bins[runner], ...options], { encoding: 'utf8', env, timeout: 120_000 })
    assert.deepEqual([status, signal], [0, null], stdout + stderr)
    assert.doesNotMatch(stdout + stderr, /did not exit/)
  })
}
