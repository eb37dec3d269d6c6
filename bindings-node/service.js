'use strict'
// The classes `StepFunctions` and `RequestHandler`: promises of JavaScript values over the JSON of the binary.
const { randomUUID } = require('node:crypto')
const { types } = require('node:util')
const { describeInvalidEnding, writeEnding } = require('./ending.js')
const native = require('./native.js')
const { createDates, createMetadata } = require('./output.js')
const { StartCallback } = require('./start-callback.js')
const {
  SOURCE, callWithInput, callWithObject, createArgumentError, findOperation, isPlainObject, operations, writeAny, writeArgument, writeJson, writeMembers
} = require('./input.js')

/** An existing service of the binary, as argument of the constructor of `StepFunctions`. */
class ServiceHandle {
  constructor (service, clock, callback) {
    this.service = service
    this.clock = clock
    this.callback = callback
  }
}

/** Calls `callJson` in the region of a client. Only this module can use it. */
let callInRegion

class StepFunctions {
  #service
  #clock
  #callback

  static {
    callInRegion = (sfn, operation, body, region) =>
      sfn.#runCall(String(operation), body, now => sfn.#service.callJson(String(operation), toBody(body), now, region))
  }

  constructor (options) {
    const { service, clock, callback } = options instanceof ServiceHandle ? options : createInMemory(options)
    this.#service = service
    this.#clock = clock
    this.#callback = callback
  }

  static open (path, options) {
    if (typeof path !== 'string') throw createArgumentError('path: expected a string')
    const { values, clock, callback } = readOptions(options)
    return native.Service.open(path, ...values).then(service => new StepFunctions(new ServiceHandle(service, clock, callback)))
  }

  inScope (scope) {
    const service = this.#service.inScope(writeArgument('scope', scope) ?? '{}')
    return new StepFunctions(new ServiceHandle(service, this.#clock, this.#callback))
  }

  call (operation, input) {
    return this.#callOperation(operation, input)
  }

  callJson (operation, body) {
    return callInRegion(this, operation, body)
  }

  startCounts (stateMachineArn) {
    return this.#run(now => this.#service.startCounts(String(stateMachineArn), now)).then(JSON.parse)
  }

  async endExecution (executionArn, ending = {}) {
    checkEnding(ending)
    const now = readClock(this.#clock)
    const write = ending => writeEnding(ending, { executionArn })
    const call = (json, source) => this.#service.endExecution(json, source, now)
    const json = await callWithObject(ending, write, call)
    await this.#callback?.abortEnded(executionArn)
    return createDates(JSON.parse(json))
  }

  setOutcomes (outcomes) {
    let text
    writeArgument('outcomes', outcomes, value => { text = writeText(value) })
    this.#service.setOutcomes(...text ?? [])
  }

  evaluateAlarms (rules) {
    const all = Array.isArray(rules) ? { alarms: rules } : rules
    const call = now => callWithInput(all, writeJson, (json, source) => this.#service.evaluateAlarms(json, source, now))
    return this.#run(call).then(JSON.parse)
  }

  requestHandler () {
    return new RequestHandler(this)
  }

  async reset () {
    await this.#run(now => this.#service.reset(now))
    await this.#callback?.abortEnded()
  }

  async handleHttpRequest (request, body, options = {}) {
    const { allowHosts } = checkAllowedHosts(options)
    const headers = Array.from(request.rawHeaders ?? [], String)
    const head = { method: String(request.method), url: String(request.url), headers, allowHosts }
    if (typeof body === 'function') {
      const rejection = native.rejectHttpRequest(head)
      if (rejection !== null) return rejection
      body = await body()
    }
    return this.#runCall(readRawTarget(headers), body, now => this.#service.handleHttpRequest(head, toBody(body), now))
  }

  get requestBytes () {
    return this.#service.requestBytes
  }

  close () {
    this.#service.close()
    this.#callback?.close()
  }

  /** Calls `work` with the time of the clock. An exception becomes a rejection. */
  async #run (work) {
    return work(readClock(this.#clock))
  }

  /** Like `#run`, for a call that may start or end an execution. */
  async #runCall (operation, input, work) {
    const now = readClock(this.#clock)
    const response = await work(now)
    return this.#callback === undefined ? response : this.#callback.finishCall(operation, input, response, () => readClock(this.#clock))
  }

  async #callOperation (operation, input) {
    const { index, write } = findOperation(operation)
    const call = now => callWithObject(input, write, (json, source) => this.#service.call(index, json, source, now))
    const output = JSON.parse(await this.#runCall(String(operation), input, call))
    return { $metadata: createMetadata(), ...createDates(output) }
  }
}

for (const operation of operations) {
  const method = operation[0].toLowerCase() + operation.slice(1)
  const value = { [method] (input) { return this.call(operation, input) } }[method]
  Object.defineProperty(StepFunctions.prototype, method, { value, writable: true, configurable: true })
}

class RequestHandler {
  #service
  #region

  /** `region` is the `region` in the `config` of a client. By default, it is the one of the client's signatures. */
  constructor (service, region) {
    this.#service = service
    this.#region = region
  }

  async handle (request, options) {
    if (options?.abortSignal?.aborted === true) throw createAbortError()
    const region = this.#region === undefined ? readSignedRegion(request?.headers) : await this.#region()
    const call = callInRegion(this.#service, readTarget(request?.headers), request?.body ?? '', region).catch(rejectOnce)
    const { status, body } = await rejectOnAbort(call, options?.abortSignal)
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() }
    return { response: { statusCode: status, headers, body: Buffer.from(body) } }
  }

  updateHttpClientConfig () {}

  httpHandlerConfigs () {
    return {}
  }

  destroy () {}
}

/** Returns the operation in a header such as `X-Amz-Target: AWSStepFunctions.CreateStateMachineAlias`. */
const readTarget = headers => readHeader(headers, 'x-amz-target').split('.').at(-1)

/** Returns the operation in alternating names and values of headers; `undefined` if there is none. */
function readRawTarget (headers) {
  const index = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'x-amz-target')
  return index === -1 ? undefined : headers[index + 1]?.split('.').at(-1)
}

const readSignedRegion = headers => native.readSignedRegion(readHeader(headers, 'authorization'))

/** Returns the value of a header, or an empty string. */
function readHeader (headers, lowerName) {
  const name = Object.keys(headers ?? {}).find(name => name.toLowerCase() === lowerName)
  return name === undefined ? '' : String(headers[name])
}

const createAbortError = () => Object.assign(new Error('Request aborted'), { name: 'AbortError' })

/** Rejects when the client aborts the request. StartSyncExecution may wait for a promise that is never settled. */
function rejectOnAbort (call, signal) {
  if (typeof signal?.addEventListener !== 'function') return call
  return new Promise((resolve, reject) => {
    const abort = () => reject(createAbortError())
    signal.addEventListener('abort', abort)
    call.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Rejects with an error that the SDK does not retry: a closed service stays closed. */
function rejectOnce (error) {
  delete error.$metadata
  throw error
}

function createInMemory (options) {
  const { values, clock, callback } = readOptions(options)
  return { service: new native.Service(...values), clock, callback }
}

/** Writes options as `values` for the binary: JSON, the rules, which may be a JSON text, and whether a start calls a function. */
function readOptions (options) {
  if (options !== undefined && !isPlainObject(options)) {
    const help = typeof options === 'string' ? '; to open a file, use `StepFunctions.open(path)`' : ''
    throw createArgumentError(`options: expected a plain object${help}`)
  }
  let outcomes = [undefined, undefined]
  const functions = {}
  const separate = {
    __proto__: null,
    clock: value => { functions.clock = value; return 'null' },
    onStart: value => { functions.onStart = value; return 'null' },
    outcomes: value => { outcomes = writeText(value) ?? outcomes; return 'null' }
  }
  const write = () => {
    const members = Object.keys(options).map(name => ({ name, prefix: `${JSON.stringify(name)}:`, write: separate[name] ?? writeAny }))
    return writeMembers(options, members)
  }
  const json = writeArgument('options', options, write)
  const clock = checkFunction(functions.clock, 'clock', 'Date.now')
  const onStart = checkFunction(functions.onStart, 'onStart', '() => ({ output: { ok: true } })')
  const callback = onStart && new StartCallback(onStart)
  return { values: [json, ...outcomes, callback !== undefined], clock, callback }
}

/** Returns the function, or `undefined` for `undefined` and `null`. */
function checkFunction (value, name, example) {
  if (value === undefined || value === null) return
  if (typeof value === 'function') return value
  throw createArgumentError(`options.${name}: expected a function, for example ${example}`)
}

/** Returns a JSON text and its source: the caller's, or the one of an object. `undefined` for `null` and `undefined`. */
function writeText (value) {
  if (value === undefined || value === null) return
  // `writeJson` rejects a text that is not valid Unicode.
  return typeof value === 'string' && value.isWellFormed() ? [value, SOURCE.json] : [writeJson(value), SOURCE.object]
}

/** Returns the milliseconds of the clock, which returns a `Date` or milliseconds. */
function readClock (clock) {
  // The current global `Date`, which fake timers replace.
  if (clock === undefined) return Date.now()
  const time = clock()
  const millis = types.isDate(time) ? Number(time) : time
  if (Number.isFinite(millis)) return millis
  throw createArgumentError('options.clock: expected the function to return a Date or milliseconds since 1970, as Date.now does')
}

/** Returns the service if it is a `StepFunctions`. */
function checkService (service, name) {
  if (service instanceof StepFunctions) return service
  throw createArgumentError(`${name}: expected a \`StepFunctions\`, found ${service === null ? 'null' : typeof service}`)
}

/** Rejects options together with an existing service, which has its own. */
function rejectOptions (service, options, expected) {
  const [name] = Object.keys(options)
  if (name === undefined) return service
  throw createArgumentError(`options: \`service\` cannot be combined with \`${name}\`; expected \`service\` ${expected}`)
}

/** Checks the option `allowHosts` and returns the options with it. */
function checkAllowedHosts ({ allowHosts = [], ...options }) {
  if (!Array.isArray(allowHosts) || !allowHosts.every(name => typeof name === 'string')) {
    throw createArgumentError('options: `/allowHosts`: expected an array of host names, for example ["sfn.example.com"]')
  }
  native.checkAllowedHosts(allowHosts)
  return { ...options, allowHosts }
}

function checkEnding (ending) {
  const problem = describeInvalidEnding(ending, 'ending')
  if (problem !== undefined) throw createArgumentError(problem)
  if ('executionArn' in ending) throw createArgumentError('ending: unknown member `executionArn`; it is the first argument')
}

const toBody = body => types.isUint8Array(body) ? body : String(body)

module.exports = { RequestHandler, StepFunctions, checkAllowedHosts, checkService, rejectOptions }
