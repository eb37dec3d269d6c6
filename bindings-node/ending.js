'use strict'
// Writes how executions end: the argument of `endExecution`, and the results of `onStart`.
const { isPlainObject, writeJson } = require('./input.js')

/** Describes what the JSON of an ending would hide from the binary; `undefined` if there is nothing. `name` is its name. */
function describeInvalidEnding (ending, name) {
  if (!isPlainObject(ending)) return `${name}: expected a plain object, for example { output: { ok: true } }`
  if (!['boolean', 'undefined'].includes(typeof ending.timedOut)) return `${name}.timedOut: expected a boolean`
  if (ending.timedOut && 'status' in ending) return `${name}: expected either \`status\` or \`timedOut\`, found both`
}

/** Writes an ending with more members as JSON. `timedOut` is the same as the status TIMED_OUT. */
const writeEnding = ({ timedOut, ...ending }, members = {}) => writeJson({ ...ending, ...members, ...timedOut && { status: 'TIMED_OUT' } })

module.exports = { describeInvalidEnding, writeEnding }
