// Gradual deployments over the AWS SDK or `StepFunctions`. Rules and texts come from the core, through `deploymentJson`;
// this file makes the calls, writes the state file and waits. `deploy.d.ts` documents the exports.
'use strict'

const { constants } = require('node:fs')
const { lstat, open, rename, rm } = require('node:fs/promises')
const { dirname } = require('node:path')
const { deploymentJson } = require('./native.js')

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants
const MAX_STATE_FILE_BYTES = 16 * 2 ** 20

class DeploymentError extends Error {
  constructor ({ code, message, problems }, prefix = '') {
    super(prefix + message)
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
    return callCore('plan', (await this.#loadCheckpoint()).plan)
  }

  async simulate (events = []) {
    return callCore('simulate', { plan: (await this.#loadCheckpoint()).plan, stateMachineAliasArn: this.#options.aliasArn, events })
  }

  async dryRun () {
    return callCore('dryRun', { plan: (await this.#loadCheckpoint()).plan, stateMachineAliasArn: this.#options.aliasArn })
  }

  async run (onProgress = () => {}) {
    let checkpoint = await this.#loadCheckpoint()
    let observation = { observed: 'start' }
    let unsaved
    this.#checkAlarmSource(checkpoint)
    for (;;) {
      const step = callCore('step', { checkpoint, observation, nowMillis: this.#now() })
      const done = step.action.action === 'done'
      checkpoint = step.checkpoint
      unsaved = await this.#save(checkpoint, unsaved)
      if (unsaved && (step.saveFirst || done)) throw unsaved.error
      onProgress(step.progress)
      if (done) return step.action.outcome
      observation = await this.#perform(step.action)
    }
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
      const failure = classifyError(error) ?? (action === 'describeAlarms' && failedObservation(error?.name ?? 'Error', error))
      if (!failure) throw error
      return failure
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

  /** Loads the checkpoint from the state file, or creates the first one. */
  async #loadCheckpoint () {
    const { state, aliasArn, description } = this.#options
    const text = await readStateFile(state).catch(error => {
      if (error.code !== 'ENOENT') throw error
    })
    if (text === undefined) return this.#createCheckpoint()
    const plan = planRequest({ ...this.#options, currentRouting: [] })
    const request = { checkpoint: parseStateFile(text, state), stateMachineAliasArn: aliasArn, description, plan }
    return callCore('resume', request, `state file ${state}: `) ?? this.#createCheckpoint()
  }

  async #createCheckpoint () {
    const { aliasArn, description } = this.#options
    const { routingConfiguration } = await this.#send('DescribeStateMachineAlias', { stateMachineAliasArn: aliasArn })
    const plan = planRequest({ ...this.#options, currentRouting: routingConfiguration })
    return { stateMachineAliasArn: aliasArn, plan, ...(description !== undefined && { description }) }
  }

  #checkAlarmSource (checkpoint) {
    const { steps } = callCore('plan', checkpoint.plan)
    const { alarmStates, cloudwatch } = this.#options
    if (!alarmStates && !cloudwatch && steps.some(({ then }) => then.alarms?.length > 0)) {
      throw new Error('the deployment has alarms, but no source of alarm states: set `cloudwatch` or `alarmStates`')
    }
  }

  /** Saves the checkpoint. Returns the first error since the last successful save. */
  async #save (checkpoint, unsaved) {
    try {
      await writeStateFile(this.#options.state, JSON.stringify(checkpoint))
    } catch (error) {
      return unsaved ?? { error }
    }
  }
}

/** Replaces the state file atomically and durably. */
async function writeStateFile (state, text) {
  const temporary = `${state}.new`
  await removeTemporaryFile(temporary)
  await writeAndSync(openRegularFile(temporary, O_WRONLY | O_CREAT | O_EXCL), file => file.writeFile(text))
  await rename(temporary, state)
  // Makes the rename durable. Windows cannot open directories.
  if (process.platform !== 'win32') await writeAndSync(open(dirname(state)))
}

async function writeAndSync (opening, write = () => {}) {
  const file = await opening
  try {
    await write(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Opens a file without following a link and without waiting for the other end of a FIFO. */
async function openRegularFile (path, flags) {
  // Windows has neither flag.
  const file = await open(path, flags | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0), 0o600).catch(async error => {
    if (error.code !== 'ENOENT') checkRegularFile(path, await lstat(path))
    throw error
  })
  try {
    checkRegularFile(path, await file.stat())
  } catch (error) {
    await file.close()
    throw error
  }
  return file
}

function checkRegularFile (path, stats) {
  if (stats.isFile()) return
  const kinds = { isSymbolicLink: 'a symbolic link', isFIFO: 'a FIFO', isSocket: 'a socket', isDirectory: 'a directory' }
  const kind = Object.keys(kinds).find(is => stats[is]())
  const message = `${path}: expected a regular file, found ${kinds[kind] ?? 'a device'}; remove it or set another \`state\``
  throw Object.assign(new Error(message), { code: 'EINVAL', path })
}

async function readStateFile (path) {
  const file = await openRegularFile(path, O_RDONLY)
  try {
    const { size } = await file.stat()
    if (size > MAX_STATE_FILE_BYTES) throw new Error(`invalid state file ${path}: expected at most ${MAX_STATE_FILE_BYTES} bytes, found ${size}`)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** Removes the temporary file of a killed process. Anything but a regular file is an error and stays. */
async function removeTemporaryFile (path) {
  const stats = await lstat(path).catch(error => {
    if (error.code !== 'ENOENT') throw error
  })
  if (stats) checkRegularFile(path, stats)
  await rm(path, { force: true })
}

function callCore (method, request, errorPrefix) {
  const result = JSON.parse(deploymentJson(method, JSON.stringify(request)))
  if (result?.error) throw new DeploymentError(result.error, errorPrefix)
  return result
}

function planRequest ({ preference, currentRouting, newVersion, alarms }) {
  // An empty list means no alarms, as in the other languages. An empty list in a preference is an error, as in CloudFormation.
  if (alarms?.length === 0) alarms = undefined
  return { [typeof preference === 'string' ? 'shorthand' : 'preference']: preference, currentRouting, newVersion, alarms }
}

function parseStateFile (text, path) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`invalid state file ${path}: ${error.message}`, { cause: error })
  }
}

const sleepMillis = millis => new Promise(resolve => setTimeout(resolve, millis))

/** Returns the observation for an error of a call; `undefined` for other errors. */
function classifyError (error) {
  if (error?.$fault) return failedObservation(error.name, error)
  // For example while a session is being renewed.
  if (/^(Credentials|Token)ProviderError$/.test(error?.name)) return failedObservation('CredentialsError', error)
  // Every SDK error has `$metadata`, also without a response.
  if (error?.$metadata !== undefined || isNetworkError(error)) return failedObservation('NetworkError', error)
}

/** Whether the error or one of its causes comes from the network. `fetch` wraps network errors in its own. */
function isNetworkError (error) {
  const chain = new Set()
  for (; error && !chain.has(error); error = error.cause) chain.add(error)
  return [...chain].some(({ name, code, syscall }) => {
    return name === 'TimeoutError' || syscall !== undefined || /^(E[A-Z]+|UND_ERR_\w+)$/.test(code)
  })
}

const failedObservation = (code, error) => ({ observed: 'failed', code: String(code), message: String(error?.message ?? error) })

module.exports = { Deployment, DeploymentError, expectedStarts, plan, render, simulate }
