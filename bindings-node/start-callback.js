'use strict'
// Calls the option `onStart` on the thread of JavaScript, after the commit, and ends executions with its results.
const { describeInvalidEnding, writeEnding } = require('./ending.js')
const { SOURCE, callWithObject } = require('./input.js')
const { createDates } = require('./output.js')

/** The operations after which an execution may not be RUNNING any more. */
const ENDING = new Set(['StopExecution', 'DeleteStateMachine', undefined])

/** An execution whose promise is pending. */
class Run {
  #controller

  constructor (call) {
    this.call = call
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
  #pending = new Set()

  constructor (onStart) {
    this.#onStart = onStart
  }

  /** Returns the response of a call. If the call started an execution, calls the function first. */
  async finishCall (operation, response, readTime) {
    if (ENDING.has(operation)) await this.abortEnded()
    return typeof response.finish === 'function' ? this.#finish(response, readTime) : response
  }

  async #finish (call, readTime) {
    const run = new Run(call)
    const result = this.#start(run)
    if (!(result instanceof Promise)) return call.finish(result, readTime())
    this.#pending.add(run)
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
      const returned = onStart(createDates(JSON.parse(run.call.execution)), { get signal () { return run.signal } })
      if (typeof returned?.then !== 'function') return writeResult(returned)
      return new Promise(resolve => resolve(returned)).then(writeResult).catch(describeException)
    } catch (exception) {
      return describeException(exception)
    }
  }

  /** Aborts the signals of executions that were stopped, ended, redriven or deleted: their results are ignored. */
  async abortEnded () {
    for (const run of [...this.#pending]) {
      if (!await awaitsResult(run.call)) run.abort()
    }
  }

  /** Aborts all signals, of a service that is closed. */
  abortAll () {
    for (const run of this.#pending) run.abort()
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
