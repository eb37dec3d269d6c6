// Compiles the types for ES modules and for CommonJS.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { test } from 'node:test'

// `skipLibCheck` skips the declarations of aws-cdk-lib: there are many, and they are not ours.
for (const [name, extension] of ['types', 'cdk', 'no-node'].flatMap(name => [[name, 'mts'], [name, 'cts']])) {
  test(`${name}.ts compiles as .${extension}`, () => {
    const file = `${name}.${extension}`
    copyFileSync(`${name}.ts`, file)
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', ...(name === 'no-node' ? ['--typeRoots', 'none'] : ['--types', 'node']), '--isolatedModules', '--skipLibCheck', String(name === 'cdk')]
    const { stdout, status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', ...options, file], { encoding: 'utf8' })
    rmSync(file)
    assert.equal(stdout, '')
    assert.equal(status, 0)
  })
}
