// Gradual deployments over the AWS SDK or `StepFunctions`. Rules, texts and the state file come from the core; this file
// makes the calls and waits. `deploy.d.ts` documents the exports.
'use strict'

const { getSystemErrorName } = require('node:util')
const { writeArgument } = require('./input.js')
const { DeploymentDriver, deploymentJson } = require('./native.js')

class DeploymentError extends Error {
  constructor ({ code, message, problems }) {
    super(message)
    this.name = 'DeploymentError'
    this.code = code
    this.problems = problems
  }
}

const plan = options => callCore('plan', planRequest(options))
const simulate = ({ events = [], ...options }) => callCore('simulate', { plan: planRequest(options), events })
const expectedStarts = ({ startsPerSecond, ...options }) => callCore('expectedStarts', { plan: planRequest(options), startsPerSecond })
const render = ({ format = 'table', ...options }) => callCore('render', { plan: planRequest(options), format })

class Deployment {
  #options

  constructor ({ clock = Date.now, sleep = sleepMillis, ...options }) {
    this.#options = { ...options, clock, sleep }
  }

  async plan () {
    return callCore('plan', await this.#readPlan())
  }

  async simulate (events = []) {
    return callCore('simulate', { plan: await this.#readPlan(), stateMachineAliasArn: this.#options.aliasArn, events })
  }

  async dryRun () {
    return callCore('dryRun', { plan: await this.#readPlan(), stateMachineAliasArn: this.#options.aliasArn })
  }

  async run (onProgress = () => {}) {
    const { state, alarmStates, cloudwatch } = this.#options
    const driver = new DeploymentDriver(state)
    try {
      const { hasAlarms } = await this.#open(driver, true)
      if (hasAlarms && !alarmStates && !cloudwatch) {
        throw new Error('the deployment has alarms, but no source of alarm states: set `cloudwatch` or `alarmStates`')
      }
      let observation = { observed: 'start' }
      for (;;) {
        const { action, progress } = await callDriver(driver, 'next', { observation, nowMillis: this.#now() })
        onProgress(progress)
        if (action.action === 'done') return action.outcome
        observation = await this.#perform(action)
      }
    } finally {
      await driver.call('close', 'null')
    }
  }

  /** Resumes the deployment of the state file, or starts a new one. */
  async #open (driver, lock) {
    const { aliasArn: stateMachineAliasArn, description } = this.#options
    const plan = planRequest({ ...this.#options, currentRouting: [] })
    const resumed = await callDriver(driver, 'open', { deployment: { stateMachineAliasArn, description, plan }, lock })
    if (resumed) return resumed
    const { routingConfiguration } = await this.#send('DescribeStateMachineAlias', { stateMachineAliasArn })
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
    const { client } = this.#options
    // The SDK is a dependency of the caller. It is loaded only for an SDK client.
    if (typeof client.send === 'function') return client.send(new (require('@aws-sdk/client-sfn')[`${operation}Command`])(input))
    return client[operation[0].toLowerCase() + operation.slice(1)](input)
  }

  #now () {
    return Math.floor(this.#options.clock())
  }
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

module.exports = { Deployment, DeploymentError, expectedStarts, plan, render, simulate }
