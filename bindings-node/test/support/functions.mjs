// Vectors that call a function of the library instead of an operation.
import { check, compare, fingerprint, fingerprintEncoding, formatArn, parseArn, pick, validate, WeightedPicker } from 'sfn-alias'
import assert from 'node:assert/strict'

const functions = {
  validate: step => ({ error: catchError(() => validate(step.operation, step.input)) ?? null }),
  check: step => ({ problems: check(step.operation, step.input) }),
  fingerprint: step => tryCall(() => (
    { encoding: fingerprintEncoding(step.input).toString('hex'), sha256: fingerprint(step.input) })),
  compare: step => tryCall(() => compare(step.existing, step.input)),
  pick: step => ({ stateMachineVersionArn: pick(step.routing, step.percent) }),
  next_percent: step => {
    const picker = new WeightedPicker(step.seed)
    return { percents: Array.from({ length: step.count }, () => picker.nextPercent()) }
  },
  parse_arn: step => tryCall(() => {
    const parts = parseArn(step.arn)
    const known = ['stateMachine', 'version', 'alias', 'label', 'execution', 'express'].includes(parts.kind)
    if (known) assert.equal(formatArn(parts), step.arn)
    return parts
  })
}

/** Runs a step. With `json`, inputs are passed as JSON strings and bytes instead of objects. */
export function runFunction (name, step, json) {
  assert.ok(functions[name], `unknown function \`${name}\``)
  const toJson = convert => value => value === undefined || value === null ? value : convert(JSON.stringify(value))
  const conversions = json ? [toJson(text => text), toJson(text => Buffer.from(text))] : [value => value]
  const results = conversions.map(convert =>
    functions[name]({ ...step, input: convert(step.input), existing: convert(step.existing) }))
  results.forEach(other => assert.deepEqual(other, results[0]))
  return results[0]
}

const tryCall = call => {
  const result = {}
  const error = catchError(() => Object.assign(result, call()))
  return error === undefined ? result : { error }
}

function catchError (call) {
  try {
    call()
  } catch (error) {
    const reason = error.reason === undefined ? {} : { reason: error.reason }
    return { code: error.code, message: error.message, ...reason }
  }
}
