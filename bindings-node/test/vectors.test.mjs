// Runs the vectors of the repository with methods and with JSON, in memory and in a file.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callJson, callMethod } from './support/calls.mjs'
import { isEnding, loadVectors, runVector } from './support/runner.mjs'

/** Vectors that do not apply to JavaScript, with the reason. */
const EXPECTED_FAILURES = {}

const variants = [
  ['methods, in memory', callMethod, false],
  ['methods, in a file', callMethod, true],
  ['JSON, in memory', callJson, false]
]

for (const [name, call, durable] of variants) {
  test(`vectors: ${name}`, async () => {
    const failures = []
    let count = 0
    for (const [file, vectors] of loadVectors()) {
      for (const vector of vectors) {
        if (durable && vector.call.function && !isEnding(vector.call)) continue
        count += 1
        const difference = await runVector(vector, call, durable)
        const expected = Object.hasOwn(EXPECTED_FAILURES, vector.name)
        if (expected === (difference === undefined)) failures.push(`${file}: ${vector.name}\n${difference}`)
      }
    }
    assert.ok(count > 900, `expected more than 900 vectors, found ${count}`)
    assert.equal(failures.length, 0, `${failures.length} of ${count} vectors differ:\n\n${failures.join('\n\n')}`)
  })
}
