// Every behaviour is a vector in the repository's `vectors/`; here they run through each door, and on both stores.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json, method } from './support/doors.mjs'
import { load, run } from './support/runner.mjs'

/** Vectors that cannot hold in JavaScript, with the reason. */
const EXPECTED_FAILURES = {}

const ways = [
  ['through the methods, in memory', method, false],
  ['through the methods, in a file', method, true],
  ['through JSON, in memory', json, false]
]

for (const [way, door, durable] of ways) {
  test(`vectors hold ${way}`, async () => {
    const failures = []
    let count = 0
    for (const [file, vectors] of load()) {
      for (const vector of vectors) {
        if (durable && vector.call.function) continue
        count += 1
        const difference = await run(vector, door, durable)
        const expected = Object.hasOwn(EXPECTED_FAILURES, vector.name)
        if (expected === (difference === undefined)) failures.push(`${file}: ${vector.name}\n${difference}`)
      }
    }
    assert.ok(count > 900, `only ${count} vectors were found`)
    assert.equal(failures.length, 0, `${failures.length} of ${count} vectors differ:\n\n${failures.join('\n\n')}`)
  })
}
