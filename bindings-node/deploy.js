// Gradual deployments over the AWS SDK or `StepFunctions`. Rules, texts and the state file come from the core; this file
// makes the calls and waits. `deploy.d.ts` documents the exports.
'use strict'

const { getSystemErrorName } = require('node:util')
const { Reporter } = require('./deploy-report.js')
const { writeArgument } = require('./input.js')
const { DeploymentDriver, deploymentJson } = require('./native.js')

class DeploymentError extends Error {
  constructor ({ code, message, problems, operation }) {
    super(message)
    this.name = 'DeploymentError'
    this.code = code
    this.problems = problems
    // Not a part of the API: the failed call, whose own error is thrown instead.
    Object.defineProperty(this, 'operation', { value: operation })
  }
}

const plan = options => callCore('plan', planRequest(options))
const simulate = ({ events = [], traffic, ...options }) => callCore('simulate', { plan: planRequest(options), events, traffic })
const expectedStarts = ({ startsPerSecond, ...options }) => callCore('expectedStarts', { plan: planRequest(options), startsPerSecond })
const render = ({ format = 'table', ...options }) => callCore('render', { plan: planRequest(options), format })

/** A running deployment notices another routing at its next check, within a minute. */
const MAX_LOCK_WAIT_SECONDS = 75

async function rollback ({ client, aliasArn, to, state, description, dryRun = false, sleep = sleepMillis }) {
  const request = { stateMachineAliasArn: aliasArn, to, description, dryRun }
  return state === undefined
    ? runOperation('rollBack', request, client, sleep)
    : rollBackRecord(client, request, state, sleep, !dryRun)
}

async function abort ({ client, aliasArn, state, description, dryRun = false, sleep = sleepMillis }) {
  const request = { stateMachineAliasArn: aliasArn, description, dryRun, abort: true }
  const rollBack = lock => rollBackRecord(client, request, state, sleep, lock)
  const rollBackLocked = () => rollBack(true).catch(error => {
    if (error.code !== 'EAGAIN') throw error
  })
  if (dryRun) return rollBack(false)
  const locked = await rollBackLocked()
  if (locked) return locked
  const report = await rollBack(false)
  for (let seconds = 0; seconds < MAX_LOCK_WAIT_SECONDS; seconds++) {
    await sleep(1000)
    const repeated = await rollBackLocked()
    if (repeated) return { ...report, changed: report.changed || repeated.changed }
    // An update of the other process may have been in flight.
    await rollBack(false)
  }
  throw new Error(`the process that runs the deployment of \`${state}\` has not ended; stop it`)
}

async function prune ({ client, stateMachineArn, keep, states = [], dryRun = false, onProgress = () => {}, sleep = sleepMillis }) {
  const checkpoints = await Promise.all(states.map(loadRecord))
  const plan = await runOperation('planPrune', { stateMachineArn, keep, checkpoints }, client, sleep, onProgress)
  const { deleted, refused } = dryRun ? { deleted: [], refused: [] } : await runOperation('pruneVersions', plan, client, sleep, onProgress)
  return { delete: plan.delete, deleted, kept: [...plan.keep, ...refused] }
}

class Deployment {
  #options

  constructor ({ clock = Date.now, sleep = sleepMillis, report = true, ...options }) {
    this.#options = { ...options, clock, sleep, report }
  }

  async plan () {
    return callCore('plan', await this.#readPlan())
  }

  async simulate (events = [], { traffic } = {}) {
    const plan = await this.#readPlan()
    return callCore('simulate', { plan, stateMachineAliasArn: this.#options.aliasArn, events, traffic })
  }

  async dryRun () {
    return callCore('dryRun', { plan: await this.#readPlan(), stateMachineAliasArn: this.#options.aliasArn })
  }

  async run (onProgress = () => {}) {
    const { state, alarmStates, cloudwatch } = this.#options
    const driver = new DeploymentDriver(state)
    let reporter
    try {
      const opened = await this.#open(driver, true)
      if (!opened) return { result: 'succeeded' }
      if (opened.hasAlarms && !alarmStates && !cloudwatch) {
        throw new Error('the deployment has alarms, but no source of alarm states: set `cloudwatch` or `alarmStates`')
      }
      reporter = new Reporter(this.#options.client, this.#options.aliasArn, this.#options.report)
      let observation = { observed: 'start' }
      for (;;) {
        const request = { observation, nowMillis: this.#now(), report: reporter.request }
        const { action, progress, report } = await callDriver(driver, 'next', request)
        reporter.add(report)
        onProgress(progress)
        if (action.action === 'done') return action.outcome
        observation = await this.#perform(action)
      }
    } finally {
      await driver.call('close', 'null')
      await reporter?.finish()
    }
  }

  /** Resumes the deployment of the state file, or starts a new one. Returns `undefined` if the alias was created. */
  async #open (driver, lock) {
    const { aliasArn: stateMachineAliasArn, description, client, createAlias = false, sleep } = this.#options
    const plan = planRequest({ ...this.#options, currentRouting: [] })
    const deployment = { stateMachineAliasArn, description, plan }
    const resumed = await callDriver(driver, 'open', { deployment, lock })
    if (resumed) return resumed
    // Before anything is stored: an alias or a version that does not exist is an error.
    const { created, routingConfiguration } = await runOperation('prepare', { deployment, createAlias, dryRun: !lock }, client, sleep)
    if (created && lock) return undefined
    return callDriver(driver, 'start', { routingConfiguration })
  }

  /** Returns the plan request of the new or saved deployment. */
  async #readPlan () {
    return (await this.#open(new DeploymentDriver(this.#options.state), false)).plan
  }

  async #perform ({ action, input, untilMillis }) {
    if (action === 'wait') {
      // A single sleep: if the clock was set back, the core decides whether to wait again.
      await this.#options.sleep(Math.max(0, untilMillis - this.#now()))
      return { observed: 'waited' }
    }
    try {
      return await this.#call(action, input)
    } catch (error) {
      const failure = classifyError(error) ?? (action === 'describeAlarms' && { kind: 'service', code: String(error?.name ?? 'Error') })
      if (!failure) throw error
      return { observed: 'failed', message: String(error?.message ?? error), ...failure }
    }
  }

  async #call (action, input) {
    if (action === 'describeAlias') {
      const { routingConfiguration } = await this.#send('DescribeStateMachineAlias', input)
      return { observed: 'alias', routingConfiguration }
    }
    if (action === 'updateAlias') {
      await this.#send('UpdateStateMachineAlias', input)
      return { observed: 'updated' }
    }
    const states = await this.#readAlarmStates(input)
    return { observed: 'alarms', alarms: Object.entries(states).map(([name, state]) => ({ name, state })) }
  }

  async #readAlarmStates (input) {
    const { alarmStates, cloudwatch } = this.#options
    if (alarmStates) return alarmStates(input.AlarmNames)
    const { DescribeAlarmsCommand } = require('@aws-sdk/client-cloudwatch')
    const { CompositeAlarms = [], MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand(input))
    return Object.fromEntries([...CompositeAlarms, ...MetricAlarms].map(alarm => [alarm.AlarmName, alarm.StateValue]))
  }

  #send (operation, input) {
    return sendRequest(this.#options.client, operation, input)
  }

  #now () {
    return Math.floor(this.#options.clock())
  }
}

function sendRequest (client, operation, input) {
  // The SDK is a dependency of the caller. It is loaded only for an SDK client.
  if (typeof client.send === 'function') return client.send(new (require('@aws-sdk/client-sfn')[`${operation}Command`])(input))
  return client[operation[0].toLowerCase() + operation.slice(1)](input)
}

/** Executes the calls of an operation and returns its result. The core decides on the replies so far. */
async function runOperation (method, request, client, sleep, onProgress = () => {}) {
  const replies = []
  let thrown
  for (;;) {
    let step
    try {
      step = callCore(method, { request, replies })
    } catch (error) {
      throw thrown && error.operation !== undefined ? thrown : error
    }
    step.progress.forEach(event => onProgress(event))
    if ('result' in step) return step.result
    if (step.call === undefined) {
      await sleep(step.waitMillis)
      replies.push({})
      continue
    }
    try {
      // The core reads no dates, so their form does not matter.
      replies.push({ output: JSON.parse(JSON.stringify(await sendRequest(client, step.call.operation, step.call.input) ?? null)) })
    } catch (error) {
      const failure = classifyError(error)
      if (!failure) throw error
      thrown = error
      replies.push({ failed: { message: String(error?.message ?? error), ...failure } })
    }
  }
}

async function rollBackRecord (client, request, state, sleep, lock) {
  const driver = new DeploymentDriver(state)
  try {
    const record = await callDriver(driver, 'load', { lock })
    const { checkpoint, ...report } = await runOperation('rollBack', { ...request, checkpoint: record }, client, sleep)
    if (lock && checkpoint) await callDriver(driver, 'save', checkpoint)
    return report
  } finally {
    await driver.call('close', 'null')
  }
}

async function loadRecord (state) {
  const record = await callDriver(new DeploymentDriver(state), 'load', { lock: false })
  if (!record) throw Object.assign(new Error(`state file \`${state}\` does not exist`), { code: 'ENOENT', path: state })
  return record
}

const callCore = (method, request) => parseResponse(deploymentJson(method, writeArgument('deployment', request)))
const callDriver = async (driver, method, request) => parseResponse(await driver.call(method, writeArgument('deployment', request)))

function parseResponse (json) {
  const response = JSON.parse(json)
  const { error } = response ?? {}
  if (!error) return response
  if (typeof error.errno !== 'number') throw new DeploymentError(error)
  const { message, errno, path } = error
  throw Object.assign(new Error(message), { errno: -errno, code: getSystemErrorName(-errno), path })
}

function planRequest ({ preference, currentRouting, newVersion, alarms }) {
  // An empty list means no alarms, as in the other languages. An empty list in a preference is an error, as in CloudFormation.
  if (alarms?.length === 0) alarms = undefined
  return { [typeof preference === 'string' ? 'shorthand' : 'preference']: preference, currentRouting, newVersion, alarms }
}

const sleepMillis = millis => new Promise(resolve => setTimeout(resolve, millis))

/** Returns kind, code and status of a failed call; `undefined` for other errors. */
function classifyError (error) {
  if (error?.$fault) return { kind: 'service', code: String(error.name), status: error.$metadata?.httpStatusCode }
  if (/^(Credentials|Token)ProviderError$/.test(error?.name)) return { kind: 'credentials' }
  // Every SDK error has `$metadata`, also without a response.
  if (error?.$metadata !== undefined || isNetworkError(error)) return { kind: 'network' }
}

/** Whether the error or one of its causes comes from the network. `fetch` wraps network errors in its own. */
function isNetworkError (error) {
  const chain = new Set()
  for (; error && !chain.has(error); error = error.cause) chain.add(error)
  return [...chain].some(({ name, code, syscall }) => {
    return name === 'TimeoutError' || syscall !== undefined || /^(E[A-Z]+|UND_ERR_\w+)$/.test(code)
  })
}

module.exports = { abort, Deployment, DeploymentError, expectedStarts, plan, prune, render, rollback, simulate }
