// Gradual deployments over the AWS SDK or `Aliases`. Every rule and text is the core's, behind `deploymentJson`;
// here are calls, files and time. `deploy.d.ts` documents it.
'use strict'

const { open, readFile, rename } = require('node:fs/promises')
const { deploymentJson } = require('./index.js')

class DeploymentRefused extends Error {
  constructor ({ code, message, problems }) {
    super(message)
    this.name = 'DeploymentRefused'
    this.code = code
    this.problems = problems
  }
}

const plan = asked => ask('plan', request(asked))
const simulate = ({ events = [], ...asked }) => ask('simulate', { plan: request(asked), events })
const expectedStarts = ({ startsPerSecond, ...asked }) => ask('starts', { plan: request(asked), startsPerSecond })
const render = ({ form = 'table', ...asked }) => ask('render', { plan: request(asked), form })

class Deployment {
  #options
  #alarmStates

  constructor (options) {
    this.#options = { clock: Date.now, sleep: pause, ...options }
    this.#alarmStates = options.alarmStates ?? (options.cloudwatch && statesOf(options.cloudwatch))
  }

  async plan () {
    return ask('plan', (await this.#record()).plan)
  }

  async simulate (events = []) {
    return ask('simulate', { plan: (await this.#record()).plan, stateMachineAliasArn: this.#options.aliasArn, events })
  }

  async dryRun () {
    return ask('dryRun', { plan: (await this.#record()).plan, stateMachineAliasArn: this.#options.aliasArn })
  }

  async run (onProgress = () => {}) {
    let record = await this.#record()
    let observation = { observed: 'start' }
    this.#alarmsCanBeRead(record)
    for (;;) {
      const stepped = ask('step', { record, observation, nowMillis: this.#now() })
      record = stepped.record
      await this.#keep(record)
      onProgress(stepped.progress)
      if (stepped.action.action === 'done') return stepped.action.outcome
      observation = await this.#do(stepped.action)
    }
  }

  async #do ({ action, input, untilMillis }) {
    if (action === 'wait') {
      for (let left; (left = untilMillis - this.#now()) > 0;) await this.#options.sleep(left)
      return { observed: 'waited' }
    }
    try {
      return await this.#call(action, input)
    } catch (error) {
      return failure(error)
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
    const states = await this.#alarmStates(input.AlarmNames)
    return { observed: 'alarms', alarms: Object.entries(states).map(([name, state]) => ({ name, state })) }
  }

  #send (operation, input) {
    const { client } = this.#options
    // The SDK is the caller's, and only loaded for a client of it.
    if (typeof client.send === 'function') return client.send(new (require('@aws-sdk/client-sfn')[`${operation}Command`])(input))
    return client[operation[0].toLowerCase() + operation.slice(1)](input)
  }

  #now () {
    return Math.floor(this.#options.clock())
  }

  /** What was kept, or the beginning. */
  async #record () {
    const { state, aliasArn, description } = this.#options
    const kept = await readFile(state, 'utf8').catch(error => {
      if (error.code !== 'ENOENT') throw error
    })
    if (kept === undefined) return this.#begin()
    const plan = request({ ...this.#options, currentRouting: [] })
    return ask('resume', { record: parsed(kept, state), stateMachineAliasArn: aliasArn, description, plan })
  }

  async #begin () {
    const { aliasArn, description } = this.#options
    const { routingConfiguration } = await this.#send('DescribeStateMachineAlias', { stateMachineAliasArn: aliasArn })
    const plan = request({ ...this.#options, currentRouting: routingConfiguration })
    return { stateMachineAliasArn: aliasArn, plan, ...(description !== undefined && { description }) }
  }

  #alarmsCanBeRead (record) {
    const { steps } = ask('plan', record.plan)
    if (!this.#alarmStates && steps.some(({ then }) => then.alarms?.length > 0)) {
      throw new Error('the deployment watches alarms: give `cloudwatch` or `alarmStates`')
    }
  }

  /** As a whole or not at all, whenever the process or the machine dies. */
  async #keep (record) {
    const { state } = this.#options
    const file = await open(`${state}.new`, 'w')
    try {
      await file.writeFile(JSON.stringify(record))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${state}.new`, state)
  }
}

function ask (door, request) {
  const answer = JSON.parse(deploymentJson(door, JSON.stringify(request)))
  if (answer.error) throw new DeploymentRefused(answer.error)
  return answer
}

function request ({ preference, currentRouting, newVersion, alarms }) {
  // An empty list is no alarm, as in the other languages; that of a preference is refused, as CloudFormation does.
  if (alarms?.length === 0) alarms = undefined
  return { [typeof preference === 'string' ? 'short' : 'preference']: preference, currentRouting, newVersion, alarms }
}

function parsed (text, file) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`the state file ${file} is no record of a deployment: ${error.message}`, { cause: error })
  }
}

const pause = millis => new Promise(resolve => setTimeout(resolve, millis))

function statesOf (cloudwatch) {
  return async AlarmNames => {
    const { DescribeAlarmsCommand } = require('@aws-sdk/client-cloudwatch')
    const input = { AlarmNames, AlarmTypes: ['CompositeAlarm', 'MetricAlarm'], MaxRecords: 100 }
    const { CompositeAlarms = [], MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand(input))
    return Object.fromEntries([...CompositeAlarms, ...MetricAlarms].map(alarm => [alarm.AlarmName, alarm.StateValue]))
  }
}

/** What an error of a call is told as; others are thrown. */
function failure (error) {
  const told = { observed: 'failed', message: String(error?.message) }
  // `$metadata` is on every error of the SDK's, also where there was no answer.
  if (error?.$fault) return { ...told, code: error.name }
  const lost = error?.name === 'TimeoutError' || error?.syscall !== undefined || error?.$metadata !== undefined
  if (lost) return { ...told, code: 'NetworkError' }
  throw error
}

module.exports = { Deployment, DeploymentRefused, expectedStarts, plan, render, simulate }
