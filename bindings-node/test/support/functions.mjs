// Vectors that call a function of the library instead of an operation.
import { check, compare, fingerprint, fingerprintEncoding, formatArn, parseArn, pick, validate, WeightedPicker } from 'sfn-alias'
import assert from 'node:assert/strict'

const functions = {
  validate: step => ({ error: refusal(() => validate(step.operation, step.input)) ?? null }),
  check: step => ({ problems: check(step.operation, step.input) }),
  fingerprint: step => answer(() => (
    { encoding: fingerprintEncoding(step.input).toString('hex'), sha256: fingerprint(step.input) })),
  compare: step => answer(() => compare(step.existing, step.input)),
  pick: step => ({ stateMachineVersionArn: pick(step.routing, step.percent) }),
  next_percent: step => {
    const picker = new WeightedPicker(step.seed)
    return { percents: Array.from({ length: step.count }, () => picker.nextPercent()) }
  },
  parse_arn: step => answer(() => {
    const parts = parseArn(step.arn)
    const known = ['stateMachine', 'version', 'alias', 'label', 'execution', 'express'].includes(parts.kind)
    if (known) assert.equal(formatArn(parts), step.arn)
    return parts
  })
}

/** Runs a step; `texts` hands inputs over as JSON text and bytes instead of objects. */
export function run (name, step, texts) {
  assert.ok(functions[name], `no function \`${name}\``)
  const as = make => value => value === undefined || value === null ? value : make(JSON.stringify(value))
  const forms = texts ? [as(text => text), as(text => Buffer.from(text))] : [value => value]
  const answers = forms.map(form =>
    functions[name]({ ...step, input: form(step.input), existing: form(step.existing) }))
  answers.forEach(other => assert.deepEqual(other, answers[0]))
  return answers[0]
}

const answer = ask => {
  const value = {}
  const error = refusal(() => Object.assign(value, ask()))
  return error === undefined ? value : { error }
}

function refusal (ask) {
  try {
    ask()
  } catch (error) {
    const reason = error.reason === undefined ? {} : { reason: error.reason }
    return { code: error.code, message: error.message, ...reason }
  }
}
