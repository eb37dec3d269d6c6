// Reports a deployment to the console of its endpoint, if that has one. A deployment neither waits for the console nor fails
// because of it.
'use strict'

// Not the globals: a test may replace these by fake timers.
const { clearTimeout, setTimeout } = require('node:timers')
const { isAnsweredInProcess } = require('./mock.js')
const { version } = require('./package.json')

/** Time limit of a request, and of the wait for the last one. */
const TIMEOUT_MILLIS = 1000
/** After this many failed reports in a row, there is a warning. */
const WARNED_FAILURES = 3
/** The name and version in reports. */
const DRIVER = `sfn-alias/deploy ${version}`

/** The domains of the endpoints of AWS, as in `cli/src/signing.rs`. */
const AWS_DOMAINS = ['amazonaws.com', 'amazonaws.com.cn', 'amazonaws.eu', 'api.aws', 'api.amazonwebservices.com.cn']

/** Sends the newest report of a deployment. Older ones that were not sent yet are replaced. */
class Reporter {
  #client
  #aliasArn
  #newest
  #isRunning
  #hasEnded = false
  #wake = () => {}
  #running
  #abort = new AbortController()

  /** Finds out whether the endpoint has a console, without waiting for the response. */
  constructor (client, aliasArn, isEnabled) {
    this.#client = client
    this.#aliasArn = aliasArn
    this.#isRunning = isEnabled && typeof client.send === 'function' && client.config !== undefined && !isAnsweredInProcess(client)
    this.#running = this.#isRunning ? this.#run().catch(() => {}).finally(() => { this.#isRunning = false }) : undefined
  }

  /** What the driver needs to return a report; `undefined` if there are no reports. */
  get request () {
    return this.#isRunning ? { driver: DRIVER } : undefined
  }

  /** Adds a report. Does not wait. */
  add (report) {
    if (report) this.#newest = report
    this.#wake()
  }

  /** Waits until the last report was sent, up to a second. */
  async finish () {
    this.#hasEnded = true
    this.#wake()
    if (!this.#isRunning) return
    let timer
    await Promise.race([this.#running, new Promise(resolve => { timer = setTimeout(resolve, TIMEOUT_MILLIS) })])
    clearTimeout(timer)
    this.#abort.abort()
  }

  async #run () {
    if (!await this.#hasConsole()) return
    let failures = 0
    for (;;) {
      const report = this.#newest
      this.#newest = undefined
      if (report) {
        // A report that failed is not repeated: the next one contains everything.
        const problem = await this.#send('PUT', report.path, report.body).then(
          ({ status }) => status === 200 ? undefined : `status ${status}`, error => error.message || error.code || error.name)
        failures = problem === undefined ? 0 : failures + 1
        if (this.#abort.signal.aborted) return
        if (failures === WARNED_FAILURES) process.emitWarning(`the console does not receive reports: ${problem}; the deployment continues`)
      } else if (this.#hasEnded) {
        return
      } else {
        await new Promise(resolve => { this.#wake = resolve })
      }
    }
  }

  /** Returns whether the endpoint has a console. Other emulators receive this request and no other one. */
  async #hasConsole () {
    const { status, text } = await this.#send('GET', '/console/api')
    return status === 200 && typeof JSON.parse(text).version === 'string'
  }

  /** Sends a request to the endpoint of the client, with its credentials and settings. Rejects after a second. */
  async #send (method, path, body) {
    const abort = new AbortController()
    const stop = () => abort.abort()
    this.#abort.signal.addEventListener('abort', stop)
    let timer
    const timeout = new Promise((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error('no response within 1 second'))
        stop()
      }, TIMEOUT_MILLIS).unref()
    })
    try {
      return await Promise.race([sendSigned(this.#client, this.#aliasArn, { method, path, body }, abort.signal), timeout])
    } finally {
      clearTimeout(timer)
      this.#abort.signal.removeEventListener('abort', stop)
    }
  }
}

/**
 * Sends a request that is not one of the SDK. A command of the SDK resolves the endpoint, which may be one of the environment
 * or of a profile, and signs. Before it signs, its request is replaced.
 */
async function sendSigned (client, stateMachineAliasArn, { method, path, body }, abortSignal) {
  const { DescribeStateMachineAliasCommand } = require('@aws-sdk/client-sfn')
  const command = new DescribeStateMachineAliasCommand({ stateMachineAliasArn })
  command.middlewareStack.add(next => args => {
    const { request } = args
    if (isAwsHost(request.hostname)) throw new Error('an endpoint of AWS has no console')
    const { 'user-agent': userAgent } = request.headers
    const headers = { host: request.headers.host, ...(userAgent && { 'user-agent': userAgent }) }
    if (body !== undefined) Object.assign(headers, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) })
    Object.assign(request, { method, path: request.path.replace(/\/$/, '') + path, headers, body })
    return next(args)
  }, { step: 'build', priority: 'low', name: 'sfnAliasReportMiddleware' })
  const stack = client.middlewareStack.clone()
  stack.remove('loggerMiddleware')
  let result
  const requestHandler = {
    // The command receives an empty response, so that it does not repeat the request, whose response is not one of the command.
    handle: async request => {
      result = readResponse(client.config.requestHandler.handle(request, { abortSignal, requestTimeout: TIMEOUT_MILLIS }))
      await result.catch(() => {})
      return { response: { statusCode: 200, headers: {}, body: new Uint8Array() } }
    }
  }
  try {
    await command.resolveMiddleware(stack, { ...client.config, requestHandler }, { abortSignal })(command)
  } catch (error) {
    if (!result) throw error
  }
  return result
}

async function readResponse (handled) {
  const { response } = await handled
  return { status: response.statusCode, text: await readText(response.body) }
}

/** Reads a body, which is a stream of Node or of the web. */
async function readText (body) {
  const chunks = []
  for await (const chunk of body ?? []) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Returns whether a host belongs to AWS. A domain name may end with a dot, and its case does not matter. */
function isAwsHost (name) {
  const host = name.replace(/\.+$/, '').toLowerCase()
  return AWS_DOMAINS.some(domain => host === domain || host.endsWith(`.${domain}`))
}

module.exports = { Reporter }
