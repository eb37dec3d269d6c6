'use strict'
// The exports of the package. `index.d.ts` documents them.
const { isUint8Array } = require('node:util').types
const native = require('./native.js')
const { callWithInput, callWithObject, createArgumentError, findOperation, operations, writeAny, writeArgument } = require('./input.js')
const { RequestHandler, StepFunctions } = require('./service.js')
const { attach, detach, mock } = require('./mock.js')
const { serve } = require('./serve.js')

const { write: writeCreate } = findOperation('CreateStateMachineAlias')

function validate (operation, input) {
  const { index, write } = findOperation(operation)
  callWithInput(input, write, (json, source) => native.validate(index, json, source))
}

function check (operation, input) {
  const { index, write } = findOperation(operation)
  return JSON.parse(callWithInput(input, write, (json, source) => native.check(index, json, source)))
}

const fingerprint = input => callWithInput(input, writeCreate, native.fingerprint)

const fingerprintEncoding = input => callWithInput(input, writeCreate, native.fingerprintEncoding)

function compare (existing, input) {
  const compareWith = (existing, existingSource) => JSON.parse(
    callWithInput(input, writeCreate, (json, source) => native.compare(existing, existingSource, json, source)))
  return existing === undefined || existing === null ? compareWith(undefined, 0) : callWithInput(existing, writeAny, compareWith)
}

function pick (routingConfiguration, percent) {
  if (!Number.isInteger(percent) || percent < 0 || percent > 99) throw createArgumentError('percent: expected an integer from 0 to 99')
  const pickIndex = (json, source) => native.pickIndex(json, source, percent)
  return routingConfiguration[callWithObject({ routingConfiguration }, writeCreate, pickIndex)].stateMachineVersionArn
}

class WeightedPicker {
  #picker

  constructor (seed) {
    this.#picker = new native.Picker(writeArgument('seed', seed))
  }

  nextPercent () {
    return this.#picker.nextPercent()
  }

  pick (routingConfiguration) {
    // An invalid routing throws, and does not use a number.
    pick(routingConfiguration, 0)
    return pick(routingConfiguration, this.nextPercent())
  }
}

const parseArn = arn => JSON.parse(native.parseArn(String(arn)))

const formatArn = parts => native.formatArn(writeArgument('parts', parts) ?? 'null')

function checkTemplate (template, options) {
  const json = writeArgument('options', options)
  if (typeof template === 'string' || isUint8Array(template)) return JSON.parse(native.checkTemplate(template, json))
  return removePositions(JSON.parse(native.checkTemplate(writeArgument('template', template) ?? 'null', json)))
}

/** Removes line and column, which refer to a JSON text that the caller has not seen. */
function removePositions (value) {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(removePositions)
  const { line, column, ...members } = value
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, removePositions(member)]))
}

const templateRules = () => JSON.parse(native.templateRules())

const errorKinds = () => JSON.parse(native.errorKinds())

const ErrorCode = Object.freeze(Object.fromEntries(errorKinds().map(({ code }) => [code, code])))

module.exports = {
  StepFunctions,
  RequestHandler,
  WeightedPicker,
  attach,
  check,
  checkTemplate,
  compare,
  detach,
  ErrorCode,
  errorKinds,
  fingerprint,
  fingerprintEncoding,
  formatArn,
  mock,
  operations: () => [...operations],
  parseArn,
  pick,
  serve,
  templateRules,
  validate
}
