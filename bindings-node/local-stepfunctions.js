'use strict'
// Runs definitions with the engine `aws-local-stepfunctions`.
const { createArgumentError, isPlainObject } = require('./input.js')

const NOT_SUPPORTED = 'SfnAlias.NotSupported'
const HELP = 'run it with an engine behind `sfn-alias serve --upstream`, or decide its result with `outcomes`'

/** Fields that change the result of a state. The engine ignores them. */
const IGNORED_FIELDS = ['Assign', 'ItemReader', 'ItemBatcher', 'ResultWriter', 'ToleratedFailureCount', 'ToleratedFailurePercentage']

/** Maximum number of definitions whose check is remembered. */
const MAX_DEFINITIONS = 100

function runDefinitions (options = {}) {
  if (!isPlainObject(options)) throw createArgumentError('options: expected a plain object, for example { overrides: {} }')
  const { validationOptions, awsConfig, ...runOptions } = options
  const { StateMachine } = loadEngine()
  const checkDefinition = rememberChecks(definition => findUnsupported(definition) ?? void new StateMachine(definition, { validationOptions }))
  return async (execution, { signal }) => {
    const problem = checkDefinition(execution.definition)
    if (problem !== undefined) return { error: NOT_SUPPORTED, cause: `aws-local-stepfunctions does not support ${problem}; ${HELP}` }
    // Each run has its own definition: functions of Task states receive its values, and may change them.
    const machine = new StateMachine(JSON.parse(execution.definition), { awsConfig, validationOptions: { noValidate: true } })
    const context = { ...createContext(execution), ...options.context }
    const run = machine.run(JSON.parse(execution.input), { ...runOptions, context, overrides: createOverrides(options) })
    signal.addEventListener('abort', run.abort)
    return run.result.then(output => ({ output: toJsonValue(output) }), describeFailure)
  }
}

/** Remembers the results of a check of definitions: the engine needs more time to validate a definition than to run it. */
function rememberChecks (check) {
  const results = new Map()
  return text => {
    if (results.has(text)) return results.get(text)
    const result = check(JSON.parse(text))
    if (results.size >= MAX_DEFINITIONS) results.delete(results.keys().next().value)
    results.set(text, result)
    return result
  }
}

function loadEngine () {
  let engine
  try {
    engine = require('aws-local-stepfunctions')
  } catch (cause) {
    if (cause?.code !== 'MODULE_NOT_FOUND') throw cause
    throw new Error('sfn-alias: the package aws-local-stepfunctions is not installed\nhelp: run `npm install --save-dev aws-local-stepfunctions@3`', { cause })
  }
  // The engine uses this function, which Node 20 does not have.
  if (Promise.withResolvers === undefined) Object.defineProperty(Promise, 'withResolvers', { value: withResolvers, writable: true, configurable: true })
  return engine
}

function withResolvers () {
  const resolvers = {}
  resolvers.promise = new this((resolve, reject) => Object.assign(resolvers, { resolve, reject }))
  return resolvers
}

/** Describes the first part of a definition that the engine does not support; `undefined` if there is none. */
function findUnsupported (definition) {
  if (definition?.QueryLanguage === 'JSONata') return 'JSONata (`QueryLanguage` of the definition)'
  for (const [name, state] of Object.entries(definition?.States ?? {})) {
    const nested = [...state.Branches ?? [], state.ItemProcessor, state.Iterator]
    const problem = findUnsupportedField(name, state) ?? nested.map(findUnsupported).find(problem => problem !== undefined)
    if (problem !== undefined) return problem
  }
}

function findUnsupportedField (name, state) {
  if (state.QueryLanguage === 'JSONata') return `JSONata (\`QueryLanguage\` of the state \`${name}\`)`
  const parts = [state, ...state.Choices ?? [], ...state.Catch ?? []]
  const field = IGNORED_FIELDS.find(field => parts.some(part => field in part))
  if (field !== undefined) return `\`${field}\` (in the state \`${name}\`)`
  // The engine returns the input for results that are not truthy.
  if ('Result' in state && !state.Result) return `the \`Result\` ${JSON.stringify(state.Result)} (of the state \`${name}\`)`
}

/** Returns the members of the context object that are known. AWS's value of `StateMachine.Id` for a version is not. */
const createContext = ({ executionArn, name, roleArn, redriveCount, stateMachineArn }) => ({
  Execution: { Id: executionArn, Name: name, RoleArn: roleArn, RedriveCount: redriveCount },
  StateMachine: { Id: stateMachineArn, Name: stateMachineArn.split(':').at(-1) }
})

/** Returns the overrides, with a function that throws for each Task state that would call AWS. */
function createOverrides ({ awsConfig, overrides = {} }) {
  if (awsConfig !== undefined) return overrides
  const reject = name => () => {
    const message = `the Task state \`${name}\` has no function in \`overrides.taskResourceLocalHandlers\``
    throw Object.assign(new Error(message), { name: 'SfnAlias.NoTaskHandler' })
  }
  const get = (handlers, name) => Object.hasOwn(handlers, name) ? handlers[name] : reject(name)
  return { ...overrides, taskResourceLocalHandlers: new Proxy({ ...overrides.taskResourceLocalHandlers }, { get }) }
}

/** Returns the JSON value that AWS Lambda would return for a value of a Task function. */
const toJsonValue = value => JSON.parse(JSON.stringify(value) ?? 'null')

/** What the engine reports for a Fail state without `Error` and `Cause`, for which AWS reports neither. */
const FAIL_STATE = { error: 'FailStateError', cause: 'Execution failed because of a Fail state' }

function describeFailure (failure) {
  if (failure.name === 'ExecutionTimeoutError') return { status: 'TIMED_OUT' }
  const error = failure.name === 'ExecutionError' ? failure.cause : failure
  if (error?.message !== FAIL_STATE.cause) throw error
  return { status: 'FAILED', ...error.name !== FAIL_STATE.error && { error: error.name } }
}

module.exports = { runDefinitions }
