// The types hold for ES modules and for CommonJS.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { test } from 'node:test'

for (const extension of ['mts', 'cts']) {
  test(`types.ts compiles as .${extension}`, () => {
    const file = `types.${extension}`
    copyFileSync('types.ts', file)
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--skipLibCheck', 'false']
    const { stdout, status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', ...options, file], { encoding: 'utf8' })
    rmSync(file)
    assert.equal(stdout, '')
    assert.equal(status, 0)
  })
}
