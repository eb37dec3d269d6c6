'use strict'
// Calls the option `onStart` on the thread of JavaScript, after the commit, and ends executions with its results.
const { isUint8Array } = require('node:util').types
const { describeInvalidEnding, writeEnding } = require('./ending.js')
const { SOURCE, callWithObject } = require('./input.js')
const { createDates } = require('./output.js')

/** The operations that end executions. */
const ENDING = new Set(['StopExecution', 'DeleteStateMachine'])

/** An execution whose promise is pending. */
class Run {
  #controller

  constructor (call) {
    this.call = call
    this.execution = createDates(JSON.parse(call.execution))
  }

  /** Created when it is read: most functions do not use it. */
  get signal () {
    return this.#create().signal
  }

  abort () {
    this.#create().abort()
  }

  #create () {
    return this.#controller ??= new AbortController()
  }
}

/** The option `onStart` of a service, and its promises that are pending, in all scopes. */
class StartCallback {
  #onStart
  /** The runs, with the ARNs of their executions. */
  #pending = new Map()
  #isClosed = false

  constructor (onStart) {
    this.#onStart = onStart
  }

  /**
   * Returns the response of a call. If the call started an execution, calls the function first. `operation` is undefined for
   * requests that are not of AWS.
   */
  async finishCall (operation, input, response, readTime) {
    if (operation === undefined || ENDING.has(operation)) await this.abortEnded(readExecutionArn(input))
    return typeof response.finish === 'function' ? this.#finish(response, readTime) : response
  }

  async #finish (call, readTime) {
    const run = new Run(call)
    const { executionArn } = run.execution
    const result = this.#start(run)
    if (!(result instanceof Promise)) return call.finish(result, readTime())
    this.#pending.set(run, executionArn)
    if (this.#isClosed) this.#abort(run)
    const settled = result.finally(() => this.#pending.delete(run))
    if (call.isSynchronous) return call.finish(await settled, readTime())
    // The start has returned, so an error cannot be reported: the service is closed, or its file cannot be written.
    settled.then(result => call.end(result, readTime())).catch(() => {})
    return call.finish(undefined, readTime())
  }

  /** Calls the function. Returns its result for the binary, or a promise of it that does not reject. */
  #start (run) {
    try {
      const onStart = this.#onStart
      const returned = onStart(run.execution, { get signal () { return run.signal } })
      if (typeof returned?.then !== 'function') return writeResult(returned)
      return new Promise(resolve => resolve(returned)).then(writeResult).catch(describeException)
    } catch (exception) {
      return describeException(exception)
    }
  }

  /**
   * Aborts the signals of executions that were stopped, ended, redriven or deleted: their results are ignored. With an ARN,
   * only of this one.
   */
  async abortEnded (executionArn) {
    const runs = []
    for (const [run, arn] of this.#pending) {
      if ((executionArn ?? arn) === arn) runs.push(run)
    }
    for (const run of runs) {
      if (!await awaitsResult(run.call)) this.#abort(run)
    }
  }

  /** Aborts all signals, also of calls that are in flight. */
  close () {
    this.#isClosed = true
    for (const run of [...this.#pending.keys()]) this.#abort(run)
  }

  #abort (run) {
    this.#pending.delete(run)
    run.abort()
  }
}

/** Returns the execution's ARN in the input of an operation, an object or JSON; `undefined` if there is none. */
function readExecutionArn (input) {
  try {
    const { executionArn } = typeof input === 'string' || isUint8Array(input) ? JSON.parse(Buffer.from(input).toString()) : input
    return typeof executionArn === 'string' ? executionArn : undefined
  } catch {
    // It is not valid, or compressed.
  }
}

/** Returns whether a result would end the execution. If that cannot be read, it might. */
async function awaitsResult (call) {
  try {
    return await call.awaitsResult()
  } catch {
    return true
  }
}

/** Writes what the function returned. `undefined` and `null` leave the execution RUNNING. */
function writeResult (result) {
  if (result === undefined || result === null) return
  const problem = describeInvalidEnding(result, 'result')
  return problem === undefined ? callWithObject(result, writeEnding, (text, source) => ({ text, source })) : { text: problem, source: SOURCE.unreadable }
}

/** Describes an exception as AWS Lambda does: by the name and message of an error, or the type and text of another value. */
function describeException (exception) {
  try {
    const { name, message } = exception ?? {}
    const isError = exception instanceof Error || (typeof name === 'string' && typeof message === 'string')
    return isError ? { error: String(name), cause: String(message) } : { error: typeof exception, cause: String(exception) }
  } catch {
    return { error: 'Error', cause: 'the exception cannot be converted to a string' }
  }
}

module.exports = { StartCallback }
