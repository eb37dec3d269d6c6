// Gradual deployments over the AWS SDK or `StepFunctions`. Every rule and text is the core's, behind `deploymentJson`;
// here are calls, files and time. `deploy.d.ts` documents it.
'use strict'

const { constants } = require('node:fs')
const { lstat, open, rename, rm } = require('node:fs/promises')
const { dirname } = require('node:path')
const { deploymentJson } = require('./index.js')

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants
// No state file is longer, in bytes.
const LONGEST = 16 * 2 ** 20

class DeploymentError extends Error {
  constructor ({ code, message, problems }, at = '') {
    super(at + message)
    this.name = 'DeploymentError'
    this.code = code
    this.problems = problems
  }
}

const plan = asked => ask('plan', request(asked))
const simulate = ({ events = [], ...asked }) => ask('simulate', { plan: request(asked), events })
const expectedStarts = ({ startsPerSecond, ...asked }) => ask('expectedStarts', { plan: request(asked), startsPerSecond })
const render = ({ format = 'table', ...asked }) => ask('render', { plan: request(asked), format })

class Deployment {
  #options

  constructor ({ clock = Date.now, sleep = pause, ...options }) {
    this.#options = { ...options, clock, sleep }
  }

  async plan () {
    return ask('plan', (await this.#checkpoint()).plan)
  }

  async simulate (events = []) {
    return ask('simulate', { plan: (await this.#checkpoint()).plan, stateMachineAliasArn: this.#options.aliasArn, events })
  }

  async dryRun () {
    return ask('dryRun', { plan: (await this.#checkpoint()).plan, stateMachineAliasArn: this.#options.aliasArn })
  }

  async run (onProgress = () => {}) {
    let checkpoint = await this.#checkpoint()
    let observation = { observed: 'start' }
    let unkept
    this.#alarmsCanBeRead(checkpoint)
    for (;;) {
      const stepped = ask('step', { checkpoint, observation, nowMillis: this.#now() })
      const done = stepped.action.action === 'done'
      checkpoint = stepped.checkpoint
      unkept = await this.#unkept(checkpoint, unkept)
      if (unkept && (stepped.saveFirst || done)) throw unkept.error
      onProgress(stepped.progress)
      if (done) return stepped.action.outcome
      observation = await this.#do(stepped.action)
    }
  }

  async #do ({ action, input, untilMillis }) {
    if (action === 'wait') {
      // Once, and as long as was asked for: where a clock was set back, the core says what to do then.
      await this.#options.sleep(Math.max(0, untilMillis - this.#now()))
      return { observed: 'waited' }
    }
    try {
      return await this.#call(action, input)
    } catch (error) {
      const failed = failure(error) ?? (action === 'describeAlarms' && told(error?.name ?? 'Error', error))
      if (!failed) throw error
      return failed
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
    const states = await this.#states(input)
    return { observed: 'alarms', alarms: Object.entries(states).map(([name, state]) => ({ name, state })) }
  }

  async #states (input) {
    const { alarmStates, cloudwatch } = this.#options
    if (alarmStates) return alarmStates(input.AlarmNames)
    const { DescribeAlarmsCommand } = require('@aws-sdk/client-cloudwatch')
    const { CompositeAlarms = [], MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand(input))
    return Object.fromEntries([...CompositeAlarms, ...MetricAlarms].map(alarm => [alarm.AlarmName, alarm.StateValue]))
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
  async #checkpoint () {
    const { state, aliasArn, description } = this.#options
    const kept = await readState(state).catch(error => {
      if (error.code !== 'ENOENT') throw error
    })
    if (kept === undefined) return this.#begin()
    const plan = request({ ...this.#options, currentRouting: [] })
    const resumed = { checkpoint: parsed(kept, state), stateMachineAliasArn: aliasArn, description, plan }
    return ask('resume', resumed, `the state file ${state}: `) ?? this.#begin()
  }

  async #begin () {
    const { aliasArn, description } = this.#options
    const { routingConfiguration } = await this.#send('DescribeStateMachineAlias', { stateMachineAliasArn: aliasArn })
    const plan = request({ ...this.#options, currentRouting: routingConfiguration })
    return { stateMachineAliasArn: aliasArn, plan, ...(description !== undefined && { description }) }
  }

  #alarmsCanBeRead (checkpoint) {
    const { steps } = ask('plan', checkpoint.plan)
    const { alarmStates, cloudwatch } = this.#options
    if (!alarmStates && !cloudwatch && steps.some(({ then }) => then.alarms?.length > 0)) {
      throw new Error('the deployment watches alarms: give `cloudwatch` or `alarmStates`')
    }
  }

  /** Keeps the checkpoint; the first failure to, until one is kept again. */
  async #unkept (checkpoint, before) {
    try {
      await keep(this.#options.state, JSON.stringify(checkpoint))
    } catch (error) {
      return before ?? { error }
    }
  }
}

/** As a whole or not at all, whenever the process or the machine dies. */
async function keep (state, text) {
  const temporary = `${state}.new`
  await removeLeftover(temporary)
  await synced(openRegular(temporary, O_WRONLY | O_CREAT | O_EXCL), file => file.writeFile(text))
  await rename(temporary, state)
  // So that the rename lasts too. Windows opens no folders.
  if (process.platform !== 'win32') await synced(open(dirname(state)))
}

async function synced (opening, write = () => {}) {
  const file = await opening
  try {
    await write(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Opens without following a link, or waiting for the other end of a FIFO. */
async function openRegular (path, flags) {
  // Windows has none of the flags.
  const file = await open(path, flags | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0), 0o600).catch(async error => {
    if (error.code !== 'ENOENT') mustBeRegular(path, await lstat(path))
    throw error
  })
  try {
    mustBeRegular(path, await file.stat())
  } catch (error) {
    await file.close()
    throw error
  }
  return file
}

function mustBeRegular (path, found) {
  if (found.isFile()) return
  const kinds = { isSymbolicLink: 'a symbolic link', isFIFO: 'a FIFO', isSocket: 'a socket', isDirectory: 'a folder' }
  const kind = Object.keys(kinds).find(is => found[is]())
  const text = `${path}: it is ${kinds[kind] ?? 'a device'}, and only a regular file is used here: remove it, or give another \`state\``
  throw Object.assign(new Error(text), { code: 'EINVAL', path })
}

async function readState (path) {
  const file = await openRegular(path, O_RDONLY)
  try {
    const { size } = await file.stat()
    if (size > LONGEST) throw new Error(`the state file ${path} is no checkpoint of a deployment: it is longer than ${LONGEST} bytes`)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** Removes what a killed driver left behind; what is not a regular file stays, and is refused. */
async function removeLeftover (path) {
  const found = await lstat(path).catch(error => {
    if (error.code !== 'ENOENT') throw error
  })
  if (found) mustBeRegular(path, found)
  await rm(path, { force: true })
}

function ask (method, request, at) {
  const answer = JSON.parse(deploymentJson(method, JSON.stringify(request)))
  if (answer?.error) throw new DeploymentError(answer.error, at)
  return answer
}

function request ({ preference, currentRouting, newVersion, alarms }) {
  // An empty list is no alarm, as in the other languages; that of a preference is refused, as CloudFormation does.
  if (alarms?.length === 0) alarms = undefined
  return { [typeof preference === 'string' ? 'shorthand' : 'preference']: preference, currentRouting, newVersion, alarms }
}

function parsed (text, file) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`the state file ${file} is no checkpoint of a deployment: ${error.message}`, { cause: error })
  }
}

const pause = millis => new Promise(resolve => setTimeout(resolve, millis))

/** What an error of a call is told as; `undefined` for others. */
function failure (error) {
  if (error?.$fault) return told(error.name, error)
  // A session that is being renewed.
  if (/^(Credentials|Token)ProviderError$/.test(error?.name)) return told('CredentialsError', error)
  // `$metadata` is on every error of the SDK's, also where there was no answer.
  if (error?.$metadata !== undefined || ofTheNetwork(error)) return told('NetworkError', error)
}

/** Whether the system or `fetch` has it from the network, or it was caused by one: `fetch` has errors of its own. */
function ofTheNetwork (error) {
  const chain = new Set()
  for (; error && !chain.has(error); error = error.cause) chain.add(error)
  return [...chain].some(({ name, code, syscall }) => {
    return name === 'TimeoutError' || syscall !== undefined || /^(E[A-Z]+|UND_ERR_\w+)$/.test(code)
  })
}

const told = (code, error) => ({ observed: 'failed', code: String(code), message: String(error?.message ?? error) })

module.exports = { Deployment, DeploymentError, expectedStarts, plan, render, simulate }
