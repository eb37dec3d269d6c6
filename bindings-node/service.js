'use strict'
// The classes `StepFunctions` and `RequestHandler`: promises of JavaScript values over the JSON of the binary.
const { randomUUID } = require('node:crypto')
const { types } = require('node:util')
const native = require('./native.js')
const {
  SOURCE, callWithInput, callWithObject, createArgumentError, findOperation, isPlainObject, operations, writeAny, writeArgument, writeJson, writeMembers
} = require('./input.js')

/** The members of outputs that are dates. The binary returns them in seconds. */
const DATES = ['creationDate', 'updateDate', 'startDate', 'stopDate', 'redriveDate', 'timestamp']

/** An existing service of the binary, as argument of the constructor of `StepFunctions`. */
class ServiceHandle {
  constructor (service, clock) {
    this.service = service
    this.clock = clock
  }
}

/** Calls `callJson` in the region of a client. Only this module can use it. */
let callInRegion

class StepFunctions {
  #service
  #clock

  static {
    callInRegion = (sfn, operation, body, region) =>
      sfn.#run(now => sfn.#service.callJson(String(operation), toBody(body), now, region))
  }

  constructor (options) {
    const { service, clock } = options instanceof ServiceHandle ? options : createInMemory(options)
    this.#service = service
    this.#clock = clock
  }

  static open (path, options) {
    if (typeof path !== 'string') throw createArgumentError('path: expected a string')
    const { json, clock, outcomes } = readOptions(options)
    return native.Service.open(path, json, ...outcomes).then(service => new StepFunctions(new ServiceHandle(service, clock)))
  }

  inScope (scope) {
    const service = this.#service.inScope(writeArgument('scope', scope) ?? '{}')
    return new StepFunctions(new ServiceHandle(service, this.#clock))
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
    const write = ({ timedOut, ...members }) => writeJson({ ...members, executionArn, ...timedOut && { status: 'TIMED_OUT' } })
    const call = (json, source) => this.#service.endExecution(json, source, now)
    return createDates(JSON.parse(await callWithObject(ending, write, call)))
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

  reset () {
    return this.#run(now => this.#service.reset(now))
  }

  handleHttpRequest (request, body) {
    return this.#run(now => {
      const headers = Array.from(request.rawHeaders ?? [], String)
      return this.#service.handleHttpRequest(String(request.method), String(request.url), headers, toBody(body), now)
    })
  }

  get requestBytes () {
    return this.#service.requestBytes
  }

  close () {
    this.#service.close()
  }

  /** Calls `work` with the time of the clock. An exception becomes a rejection. */
  async #run (work) {
    return work(readClock(this.#clock))
  }

  async #callOperation (operation, input) {
    const { index, write } = findOperation(operation)
    const now = readClock(this.#clock)
    const call = (json, source) => this.#service.call(index, json, source, now)
    const output = JSON.parse(await callWithObject(input, write, call))
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
    if (options?.abortSignal?.aborted === true) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' })
    const region = this.#region === undefined ? readSignedRegion(request?.headers) : await this.#region()
    const { status, body } = await callInRegion(this.#service, readTarget(request?.headers), request?.body ?? '', region).catch(rejectOnce)
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

const readSignedRegion = headers => native.readSignedRegion(readHeader(headers, 'authorization'))

/** Returns the value of a header, or an empty string. */
function readHeader (headers, lowerName) {
  const name = Object.keys(headers ?? {}).find(name => name.toLowerCase() === lowerName)
  return name === undefined ? '' : String(headers[name])
}

/** Rejects with an error that the SDK does not retry: a closed service stays closed. */
function rejectOnce (error) {
  delete error.$metadata
  throw error
}

function createInMemory (options) {
  const { json, clock, outcomes } = readOptions(options)
  return { service: new native.Service(json, ...outcomes), clock }
}

/** Writes options as JSON. Separately, the clock, which is a function, and the rules, which may be a JSON text. */
function readOptions (options) {
  if (options !== undefined && !isPlainObject(options)) {
    const help = typeof options === 'string' ? '; to open a file, use `StepFunctions.open(path)`' : ''
    throw createArgumentError(`options: expected a plain object${help}`)
  }
  let clock
  let outcomes = []
  const separate = {
    __proto__: null,
    clock: value => { clock = value; return 'null' },
    outcomes: value => { outcomes = writeText(value); return 'null' }
  }
  const write = () => {
    const members = Object.keys(options).map(name => ({ name, prefix: `${JSON.stringify(name)}:`, write: separate[name] ?? writeAny }))
    return writeMembers(options, members)
  }
  const json = writeArgument('options', options, write)
  if (clock !== undefined && clock !== null && typeof clock !== 'function') {
    throw createArgumentError('options.clock: expected a function, for example Date.now')
  }
  return { json, clock, outcomes }
}

/** Returns a JSON text and its source: the caller's, or the one of an object. `null` is nothing. */
function writeText (value) {
  if (value === undefined || value === null) return []
  // `writeJson` rejects a text that is not valid Unicode.
  return typeof value === 'string' && value.isWellFormed() ? [value, SOURCE.json] : [writeJson(value), SOURCE.object]
}

/** Returns the milliseconds of the clock, which returns a `Date` or milliseconds. */
function readClock (clock) {
  // The current global `Date`, which fake timers replace.
  if (clock === undefined || clock === null) return Date.now()
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

/** Rejects what the request of the ending would hide from the binary. */
function checkEnding (ending) {
  if (!isPlainObject(ending)) throw createArgumentError('ending: expected a plain object, for example { output: { ok: true } }')
  if ('executionArn' in ending) throw createArgumentError('ending: unknown member `executionArn`; it is the first argument')
  if (!['boolean', 'undefined'].includes(typeof ending.timedOut)) throw createArgumentError('ending.timedOut: expected a boolean')
  if (ending.timedOut && 'status' in ending) throw createArgumentError('ending: expected either `status` or `timedOut`, found both')
}

const toBody = body => types.isUint8Array(body) ? body : String(body)

const createMetadata = () => ({ httpStatusCode: 200, requestId: randomUUID(), attempts: 1, totalRetryDelay: 0 })

/** Replaces dates in seconds by `Date`s, in an output and in the items of its lists. */
function createDates (output) {
  for (const name of DATES) {
    if (typeof output[name] === 'number') output[name] = new Date(Math.round(output[name] * 1000))
  }
  for (const value of Object.values(output)) {
    if (Array.isArray(value)) value.filter(item => typeof item === 'object').forEach(createDates)
  }
  return output
}

module.exports = { RequestHandler, StepFunctions, checkService, rejectOptions }
