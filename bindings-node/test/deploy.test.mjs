// Gradual deployments with `StepFunctions` and with the SDK. `deploy.kills.test.mjs` tests killed processes.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { ListExecutionsCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { mock, StepFunctions } from 'sfn-alias'
import { abort, Deployment, DeploymentError, expectedStarts, plan, prune, render, rollback, simulate } from 'sfn-alias/deploy'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const aliasArn = `${MACHINE}:PROD`
const newVersion = `${MACHINE}:2`
const route = (number, weight) => ({ stateMachineVersionArn: `${MACHINE}:${number}`, weight })
const currentRouting = [route(1, 100)]
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const newPath = () => join(folder, `${files++}`)

async function createAlias (sfn) {
  const definition = type => `{"StartAt": "D", "States": {"D": {"Type": "${type}", "Comment": ""}}}`
  await sfn.createStateMachine({ name: 'orders', definition: definition('Succeed'), roleArn: 'arn:aws:iam::000000000000:role/r', publish: true })
  await sfn.updateStateMachine({ stateMachineArn: MACHINE, definition: definition('Fail'), publish: true })
  await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration: currentRouting })
  return sfn
}

const routing = async sfn => (await sfn.describeStateMachineAlias({ stateMachineAliasArn: aliasArn })).routingConfiguration

const readState = state => JSON.parse(readFileSync(state, 'utf8'))

/** A client with the calls of a deployment, so that a test can replace one. */
const createClient = sfn => ({
  describeStateMachine: input => sfn.describeStateMachine(input),
  describeStateMachineAlias: input => sfn.describeStateMachineAlias(input),
  updateStateMachineAlias: input => sfn.updateStateMachineAlias(input)
})

/** A clock that sleeping advances at once. */
function createTime () {
  const time = { now: 0, clock: () => time.now, sleep: async millis => { time.now += millis } }
  return time
}

for (const [result, failing, alias] of [['rolledBack', { error: 'Orders.Broken', cause: 'on purpose' }, [route(1, 100)]], ['succeeded', { output: {} }, [route(2, 100)]]]) {
  test(`alarms of the executions of a canary: ${result}, with SFNClient and fake timers`, async t => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2030, 0, 2) })
    const { service, restore } = mock({ seed: 7, outcomes: [{ stateMachine: 'orders', version: 2, after: '1s', ...failing }, { output: {}, after: '1s' }] })
    t.after(restore)
    await createAlias(service)
    const client = new SFNClient({ region: 'us-east-1' })
    const start = () => client.send(new StartExecutionCommand({ stateMachineArn: aliasArn }))
    const alarms = [{ name: 'failed', metric: 'ExecutionsFailed', stateMachine: 'orders', version: 2, threshold: 2 }]
    const weights = []
    const deployment = new Deployment({
      client, aliasArn, newVersion, preference: 'linear 20/2m', alarms: ['failed'], state: newPath(),
      alarmStates: () => service.evaluateAlarms({ alarms }),
      sleep: async millis => {
        for (const end = Date.now() + millis; Date.now() < end; t.mock.timers.tick(5000)) await start()
      }
    })
    const outcome = await deployment.run(({ targetWeight }) => weights.push(targetWeight))
    assert.deepEqual([outcome.result, outcome.alarms], [result, result === 'rolledBack' ? ['failed'] : undefined])
    assert.deepEqual(await routing(service), alias)
    assert.equal(Math.max(...weights), result === 'rolledBack' ? 20 : 100)
    const failed = await client.send(new ListExecutionsCommand({ stateMachineArn: newVersion, statusFilter: 'FAILED' }))
    assert.equal(failed.executions.length >= 2, result === 'rolledBack')
  })
}

test('plans and renders', () => {
  const request = { preference: '10/5m', currentRouting, newVersion }
  const { steps, source } = plan({ ...request, alarms: ['errors'] })
  assert.deepEqual(steps.map(({ offsetSeconds, targetWeight }) => [offsetSeconds, targetWeight]), [[0, 10], [300, 100]])
  assert.deepEqual(steps[0].then, { kind: 'wait', seconds: 300, pollSeconds: 60, alarms: ['errors'] })
  assert.equal(source, 'CloudFormation')
  assert.match(render(request), /^1 {5}0s {5}90 % {6}10 % {6}wait 5m$/m)
  assert.match(render({ ...request, format: 'svg' }), /^<svg /)
  assert.equal(expectedStarts({ ...request, startsPerSecond: 1 }).total.target.high, 41)
  assert.equal(createRequire(import.meta.url)('sfn-alias/deploy').plan, plan)
})

test('an error has the message of the CloudFormation provider', () => {
  const message = "Deployments of type 'CANARY' require an interval for traffic shifting. Configure the deployment preference with the 'interval' property and try again."
  const preference = { Type: 'CANARY', Percentage: 10, StateMachineVersionArn: newVersion }
  assert.throws(() => plan({ preference, currentRouting }), error => {
    assert.ok(error instanceof DeploymentError)
    assert.equal(error.message, message)
    assert.equal(error.code, 'ValidationException')
    assert.deepEqual(error.problems, [{ path: '', code: 'interval-required', source: 'provider code', message }])
    return true
  })
})

test('simulates an alarm', () => {
  const events = [{ event: 'alarm', atSeconds: 90, name: 'errors', state: 'ALARM' }]
  const simulation = simulate({ preference: '10/5m', currentRouting, newVersion, alarms: ['errors'], events })
  assert.equal(simulation.outcome.result, 'rolledBack')
  assert.equal(simulation.endedAtSeconds, 120)
})

test('simulates executions whose failures cause an alarm', async () => {
  const outcomes = { outcomes: [{ version: 2, any: [{ weight: 20, status: 'FAILED' }, { weight: 80, output: 1 }] }, { output: 1 }] }
  const traffic = { startsPerMinute: 60, outcomes }
  const simulation = simulate({ preference: '10/5m', currentRouting, newVersion, alarms: ['errors'], traffic })
  assert.equal(simulation.outcome.result, 'rolledBack')
  assert.equal(simulation.endedAtSeconds, 60)
  assert.deepEqual(simulation.starts.map(({ starts, statuses }) => [starts, statuses]), [
    [53, { SUCCEEDED: 53 }], [7, { FAILED: 3, SUCCEEDED: 4 }]
  ])
  const sfn = await createAlias(new StepFunctions())
  const deployment = new Deployment({ client: sfn, aliasArn, preference: '10/5m', newVersion, alarms: ['errors'], state: newPath() })
  assert.deepEqual((await deployment.simulate([], { traffic })).starts, simulation.starts)
  assert.throws(() => simulate({ preference: '10/5m', currentRouting, newVersion, traffic: { startsPerMinute: 0, outcomes } }),
    { message: 'invalid traffic: expected 1 to 1000000 starts per minute, found 0' })
})

const clients = {
  StepFunctions: sfn => sfn,
  'the SDK': sfn => new SFNClient({ requestHandler: sfn.requestHandler(), region: 'us-east-1', credentials })
}
for (const [name, toClient] of Object.entries(clients)) {
  test(`runs until the end, with ${name}`, async () => {
    const sfn = await createAlias(new StepFunctions())
    const time = createTime()
    const deployment = new Deployment({
      client: toClient(sfn), aliasArn, preference: 'linear 40/2m', newVersion, state: newPath(), ...time
    })
    assert.equal((await deployment.dryRun()).filter(({ action }) => action === 'updateAlias').length, 3)
    assert.deepEqual(await routing(sfn), currentRouting)
    const texts = []
    assert.deepEqual(await deployment.run(({ text }) => texts.push(text)), { result: 'succeeded' })
    assert.deepEqual(await routing(sfn), [route(2, 100)])
    assert.equal(texts[2], '40 % on orders:2, step 1 of 3, next step in 2m')
    assert.equal(texts.at(-1), '100 % on orders:2, step 3 of 3, succeeded')
    assert.deepEqual(await deployment.run(), { result: 'succeeded' })
  })

  test(`rolls back on a CloudWatch alarm, with ${name}`, async () => {
    const sfn = await createAlias(new StepFunctions())
    const cloudwatch = new CloudWatchClient({ region: 'us-east-1', credentials })
    const output = StateValue => ({ MetricAlarms: [{ AlarmName: 'errors', StateValue }] })
    const input = { AlarmNames: ['errors'], AlarmTypes: ['CompositeAlarm', 'MetricAlarm'], MaxRecords: 100 }
    const mocked = mockClient(cloudwatch)
    mocked.on(DescribeAlarmsCommand, input).resolvesOnce(output('OK')).resolves(output('ALARM'))
    const options = { client: toClient(sfn), aliasArn, preference: '10/5m', newVersion, state: newPath(), ...createTime() }
    const outcome = await new Deployment({ ...options, alarms: ['errors'], cloudwatch }).run()
    const message = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors]."
    assert.deepEqual(outcome, { result: 'rolledBack', message, alarms: ['errors'] })
    assert.deepEqual(await routing(sfn), currentRouting)
    assert.equal(mocked.calls().length, 2)
  })
}

test('repeats a call whose response was lost', async () => {
  const sfn = await createAlias(new StepFunctions())
  let lost = false
  const client = {
    ...createClient(sfn),
    async updateStateMachineAlias (input) {
      await sfn.updateStateMachineAlias(input)
      if (!lost) {
        lost = true
        throw Object.assign(new Error('read ECONNRESET'), { syscall: 'read' })
      }
    }
  }
  const time = createTime()
  const deployment = new Deployment({ client, aliasArn, preference: '10/1m', newVersion, state: newPath(), clock: time.clock, sleep: time.sleep })
  assert.deepEqual(await deployment.run(), { result: 'succeeded' })
  assert.equal(time.now, 62_000)
})

test('retries when credentials are temporarily missing', async () => {
  const sfn = await createAlias(new StepFunctions())
  let calls = 0
  const client = {
    ...createClient(sfn),
    async describeStateMachineAlias (input) {
      calls++
      if (calls === 3) throw Object.assign(new Error('Token is expired'), { name: 'CredentialsProviderError' })
      return sfn.describeStateMachineAlias(input)
    }
  }
  const time = createTime()
  const deployment = new Deployment({ client, aliasArn, preference: '10/1m', newVersion, state: newPath(), clock: time.clock, sleep: time.sleep })
  assert.deepEqual(await deployment.run(), { result: 'succeeded' })
  assert.equal(time.now, 62_000)
})

test('throws other errors', async () => {
  const sfn = await createAlias(new StepFunctions())
  const options = { client: sfn, aliasArn, preference: '10/1m', newVersion, ...createTime() }
  await assert.rejects(new Deployment({ ...options, state: newPath(), alarms: ['a'] }).run(), {
    message: 'the deployment has alarms, but no source of alarm states: set `cloudwatch` or `alarmStates`'
  })
  const client = { ...createClient(sfn), describeStateMachineAlias: async () => { throw new TypeError('bug') } }
  await assert.rejects(new Deployment({ ...options, client, state: newPath() }).run(), { name: 'TypeError', message: 'bug' })
})

test('rejects the state file of another running deployment', async () => {
  const state = newPath()
  const options = { client: await createAlias(new StepFunctions()), aliasArn, preference: '10/1m', newVersion, state, ...createTime() }
  await new Deployment(options).run()
  writeFileSync(state, JSON.stringify({ ...readState(state), stepsDone: 1, phase: { kind: 'readingAlias' } })) // as in an interrupted deployment
  const others = {
    version: { newVersion: `${MACHINE}:1` },
    Percentage: { preference: '20/1m' },
    Alarms: { alarms: ['a'] },
    description: { description: 'new' },
    alias: { aliasArn: `${MACHINE}:TEST` }
  }
  for (const [member, other] of Object.entries(others)) {
    const message = `state file \`${state}\`: the checkpoint belongs to another running deployment (CANARY of ${newVersion} to ${aliasArn}): \`${member}\` differs; use the same options to resume it, or another state file`
    await assert.rejects(new Deployment({ ...options, ...other }).run(), { name: 'DeploymentError', message })
  }
})

const invalidStates = {
  '{': 'state file `$path`: invalid checkpoint: EOF while parsing an object at line 1 column 1; delete it to start over',
  null: 'state file `$path`: invalid checkpoint: invalid type: null, expected an object; delete it to start over',
  '{}': 'state file `$path`: invalid checkpoint: missing field `stateMachineAliasArn`; delete it to start over',
  '{"plan": {}, "stateMachineAliasArn": 1}': 'state file `$path`: invalid checkpoint: invalid type: integer `1`, expected a string; delete it to start over'
}
for (const [text, message] of Object.entries(invalidStates)) {
  test(`an error names the invalid state file: ${text}`, async () => {
    const state = newPath()
    writeFileSync(state, text)
    const deployment = new Deployment({ client: new StepFunctions(), aliasArn, preference: '10/1m', newVersion, state })
    await assert.rejects(deployment.run(), { message: message.replace('$path', state) })
  })
}

test('reads the state file of a finished deployment', async () => {
  const sfn = await createAlias(new StepFunctions())
  const state = newPath()
  const alarmStates = () => ({ errors: 'ALARM' })
  const options = { client: sfn, aliasArn, preference: '20/1m', newVersion, state, ...createTime() }
  const rolledBack = new Deployment({ ...options, preference: '10/1m', alarms: ['errors'], alarmStates })
  const ended = await rolledBack.run()
  assert.equal(ended.result, 'rolledBack')
  // The same deployment is not repeated; another one replaces the file.
  assert.deepEqual(await rolledBack.run(), ended)
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  assert.equal(readState(state).plan.preference.Percentage, 20)
  // After a success, the routing of the alias is compared. Without the file, the deployment starts again.
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  await sfn.updateStateMachineAlias({ stateMachineAliasArn: aliasArn, routingConfiguration: currentRouting })
  assert.equal((await new Deployment(options).run()).result, 'drifted')
  rmSync(state)
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
})

/** A client that makes the state file unwritable after the first shift: it creates a directory at the temporary path. */
function createBlockingClient (sfn, state) {
  return {
    ...createClient(sfn),
    async updateStateMachineAlias (input) {
      await sfn.updateStateMachineAlias(input)
      if (!existsSync(`${state}.new`)) mkdirSync(`${state}.new`)
    }
  }
}

/** The error for anything but a regular file. */
function notRegularError (path, kind) {
  return { code: 'EINVAL', path, message: `state file \`${path}\`: expected a regular file, found ${kind}; remove it or use another state file` }
}

for (const [kind, create] of [
  ['a symbolic link', (path, target) => symlinkSync(target, path)],
  ['a FIFO', path => execFileSync('mkfifo', [path])],
  ['a directory', path => mkdirSync(path)]
]) {
  for (const suffix of ['', '.new', '.lock']) {
    test(`rejects ${kind} at the path of the state file${suffix}`, async () => {
      const sfn = await createAlias(new StepFunctions())
      const [state, target] = [newPath(), newPath()]
      writeFileSync(target, 'precious', { mode: 0o644 })
      create(`${state}${suffix}`, target)
      const options = { client: sfn, aliasArn, preference: 'all-at-once', newVersion, state, ...createTime() }
      await assert.rejects(new Deployment(options).run(), notRegularError(`${state}${suffix}`, kind))
      assert.equal(readFileSync(target, 'utf8'), 'precious')
      assert.equal(statSync(target).mode & 0o777, 0o644)
      assert.equal(lstatSync(`${state}${suffix}`).isFile(), false)
      assert.deepEqual(await routing(sfn), currentRouting)
    })
  }
}

test('rejects a state file over the size limit', async () => {
  const state = newPath()
  writeFileSync(state, '')
  truncateSync(state, 2 ** 40)
  const options = { client: await createAlias(new StepFunctions()), aliasArn, preference: 'all-at-once', newVersion, state, ...createTime() }
  await assert.rejects(new Deployment(options).run(), { message: `state file \`${state}\`: expected up to 16777216 bytes, found more; use another state file` })
})

test('makes no shift while the state file cannot be written', async () => {
  const sfn = await createAlias(new StepFunctions())
  const [state, time] = [newPath(), createTime()]
  const options = { aliasArn, preference: 'linear 40/2m', newVersion, state, clock: time.clock, sleep: time.sleep }
  await assert.rejects(new Deployment({ ...options, client: createBlockingClient(sfn, state) }).run(), notRegularError(`${state}.new`, 'a directory'))
  // It has waited until the second shift and not made it.
  assert.deepEqual(await routing(sfn), [route(2, 40), route(1, 60)])
  assert.equal(time.now, 120_000)
  rmdirSync(`${state}.new`)
  assert.deepEqual(await new Deployment({ ...options, client: sfn }).run(), { result: 'succeeded' })
  assert.deepEqual(await routing(sfn), [route(2, 100)])
})

test('checks alarms while the state file cannot be written', async () => {
  const sfn = await createAlias(new StepFunctions())
  const [state, time] = [newPath(), createTime()]
  const alarmStates = () => ({ errors: time.now >= 120_000 ? 'ALARM' : 'OK' })
  const options = { aliasArn, preference: '10/5m', newVersion, state, alarms: ['errors'], alarmStates, clock: time.clock, sleep: time.sleep }
  await assert.rejects(new Deployment({ ...options, client: createBlockingClient(sfn, state) }).run(), notRegularError(`${state}.new`, 'a directory'))
  assert.deepEqual(await routing(sfn), currentRouting)
  assert.equal(time.now, 120_000)
  rmdirSync(`${state}.new`)
  assert.equal((await new Deployment({ ...options, client: sfn }).run()).result, 'rolledBack')
})

test('the state file is private', async () => {
  const state = newPath()
  writeFileSync(`${state}.new`, 'left behind', { mode: 0o666 })
  const options = { client: await createAlias(new StepFunctions()), aliasArn, preference: 'all-at-once', newVersion, state, description: 'secret', ...createTime() }
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  assert.equal(statSync(state).mode & 0o777, 0o600)
  assert.equal(existsSync(`${state}.new`), false)
})

test('the state file is locked', async () => {
  const [state, time] = [newPath(), createTime()]
  const options = { client: await createAlias(new StepFunctions()), aliasArn, preference: '10/1m', newVersion, state, clock: time.clock }
  const other = new Deployment({ ...options, sleep: time.sleep })
  let attempts = 0
  const sleep = async millis => {
    await time.sleep(millis)
    const message = `state file \`${state}\`: another process uses it; wait until that process ends, or use another state file`
    await assert.rejects(other.run(), { code: 'EAGAIN', path: state, message })
    assert.equal((await other.plan()).type, 'CANARY')
    attempts += 1
  }
  assert.deepEqual(await new Deployment({ ...options, sleep }).run(), { result: 'succeeded' })
  assert.equal(attempts, 1)
  // The lock ends with the deployment, also with one that fails.
  assert.deepEqual(await other.run(), { result: 'succeeded' })
  await assert.rejects(new Deployment({ ...options, preference: 'invalid' }).run(), { name: 'DeploymentError' })
  assert.deepEqual(await other.run(), { result: 'succeeded' })
})

/** An error of the SDK. */
const sdkError = (name, httpStatusCode) => Object.assign(new Error('failed'), { name, $fault: 'server', $metadata: { httpStatusCode } })

for (const [status, code] of [[500, 'InternalServerException'], [429, 'LimitExceededException']]) {
  test(`retries an error with status ${status}`, async () => {
    const sfn = await createAlias(new StepFunctions())
    const time = createTime()
    let updates = 0
    const client = {
      ...createClient(sfn),
      async updateStateMachineAlias (input) {
        updates += 1
        if (updates === 2) throw sdkError(code, status)
        return sfn.updateStateMachineAlias(input)
      }
    }
    const deployment = new Deployment({ client, aliasArn, preference: '10/1m', newVersion, state: newPath(), clock: time.clock, sleep: time.sleep })
    assert.deepEqual(await deployment.run(), { result: 'succeeded' })
    assert.deepEqual([updates, time.now], [3, 62_000])
  })
}

test('each call has its own retries', async () => {
  const sfn = await createAlias(new StepFunctions())
  const time = createTime()
  const failures = { alarms: 10, updates: 1 }
  const fail = call => {
    failures[call] -= 1
    if (failures[call] >= 0) throw sdkError('ThrottlingException', 400)
  }
  const client = { ...createClient(sfn), async updateStateMachineAlias (input) { fail('updates'); return sfn.updateStateMachineAlias(input) } }
  const alarmStates = () => { fail('alarms'); return {} }
  const options = { client, aliasArn, preference: '10/1m', newVersion, state: newPath(), alarms: ['a'], alarmStates, clock: time.clock, sleep: time.sleep }
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  // The delays of ten retries, of one retry, and the interval.
  assert.equal(time.now, (150 + 2 + 60) * 1000)
})

test('sleeps once per wait, even if the clock is set back', async () => {
  const [time, slept] = [createTime(), []]
  const clock = () => time.now - (slept.length === 1 ? 3_600_000 : 0)
  const sleep = async millis => { slept.push(millis); await time.sleep(millis) }
  const options = { client: await createAlias(new StepFunctions()), aliasArn, preference: '10/3m', newVersion, state: newPath(), clock, sleep }
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  assert.equal(Math.max(...slept), 60_000)
  assert.equal(time.now, 180_000)
})

test('undefined clock and sleep select the defaults', async t => {
  let now = 1_700_000_000_123
  t.mock.method(Date, 'now', () => now)
  t.mock.method(globalThis, 'setTimeout', (wake, millis) => { now += millis; wake() })
  const state = newPath()
  const options = { client: await createAlias(new StepFunctions()), aliasArn, preference: '10/1m', newVersion, state, clock: undefined, sleep: undefined }
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  assert.equal(readState(state).lastShiftAtMillis, 1_700_000_060_123)
})

const networkErrors = {
  'a system error': Object.assign(new Error('reset'), { syscall: 'read' }),
  'an error of several attempts': Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
  'an error of fetch': new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' }) }),
  'an error of a socket of fetch': new TypeError('terminated', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) }),
  'a timeout signal': new DOMException('too long', 'TimeoutError')
}
for (const [name, error] of Object.entries(networkErrors)) {
  test(`retries alarms after a network error: ${name}`, async () => {
    const sfn = await createAlias(new StepFunctions())
    const time = createTime()
    const alarmStates = async () => {
      if ((await routing(sfn)).length === 2 && time.now < 62_000) throw error
      return {}
    }
    const options = { client: sfn, aliasArn, preference: '10/1m', newVersion, state: newPath(), alarms: ['errors'], alarmStates, clock: time.clock, sleep: time.sleep }
    assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
    assert.equal(time.now, 62_000)
  })
}

test('rolls back if alarms cannot be read', async () => {
  const sfn = await createAlias(new StepFunctions())
  const options = { client: sfn, aliasArn, preference: '10/5m', newVersion, alarms: ['errors'], ...createTime() }
  let thrown = new TypeError('bug')
  // Before the first shift, there is nothing to roll back.
  const throws = () => { throw thrown }
  assert.deepEqual(await new Deployment({ ...options, alarmStates: throws, state: newPath() }).run(), { result: 'failed', code: 'TypeError', message: 'bug' })
  const alarmStates = async () => (await routing(sfn)).length === 2 ? throws() : {}
  for (const [error, text] of [[thrown, 'TypeError: bug'], ['a text', 'Error: a text'], [undefined, 'Error: undefined']]) {
    thrown = error
    const message = `Aborting deployment. The CloudWatch alarms cannot be read: ${text}`
    assert.deepEqual(await new Deployment({ ...options, alarmStates, state: newPath() }).run(), { result: 'rolledBack', message, alarms: [] })
    assert.deepEqual(await routing(sfn), currentRouting)
  }
})

test('sets the description with every update, including a rollback', async () => {
  const sfn = await createAlias(new StepFunctions())
  const descriptions = []
  const description = async () => (await sfn.describeStateMachineAlias({ stateMachineAliasArn: aliasArn })).description
  const alarmStates = async () => {
    descriptions.push(await description())
    await sfn.updateStateMachineAlias({ stateMachineAliasArn: aliasArn, description: "another's" })
    return descriptions.length === 1 ? {} : { errors: 'ALARM' }
  }
  const options = { client: sfn, aliasArn, preference: '10/5m', newVersion, description: 'second', alarms: ['errors'], alarmStates, state: newPath(), ...createTime() }
  assert.equal((await new Deployment(options).run()).result, 'rolledBack')
  assert.deepEqual([...descriptions, await description()], [undefined, 'second', 'second'])
})

for (const [name, connect] of Object.entries(clients)) {
  const open = async () => {
    const sfn = await createAlias(new StepFunctions())
    const client = connect(sfn)
    const state = newPath()
    return { sfn, client, state, options: { client, aliasArn, preference: 'all-at-once', newVersion, state, ...createTime() } }
  }

  test(`creates an alias (${name})`, async () => {
    const { sfn, options, state } = await open()
    const other = `${MACHINE}:TEST`
    const message = `the alias \`${other}\` does not exist; --create-alias (create_alias in Python, createAlias in Node) creates it with all traffic on \`orders:2\``
    await assert.rejects(new Deployment({ ...options, aliasArn: other }).run(), { name: 'DeploymentError', message })
    const deployment = new Deployment({ ...options, aliasArn: other, createAlias: true })
    assert.deepEqual(await deployment.run(), { result: 'succeeded' })
    const { routingConfiguration } = await sfn.describeStateMachineAlias({ stateMachineAliasArn: other })
    assert.deepEqual([routingConfiguration, existsSync(state)], [[route(2, 100)], false])
  })

  test(`refuses a missing version (${name})`, async () => {
    const { options, state } = await open()
    const version = `${MACHINE}:22`
    const message = `the version \`${version}\` does not exist; publish it first, or use the number of an existing version`
    const deployment = new Deployment({ ...options, newVersion: version })
    await assert.rejects(deployment.run(), { message })
    await assert.rejects(deployment.dryRun(), { message })
    assert.equal(existsSync(state), false)
  })

  test(`rolls back (${name})`, async () => {
    const { sfn, client, options, state } = await open()
    await new Deployment(options).run()
    assert.equal((await rollback({ client, aliasArn, state, dryRun: true })).changed, true)
    assert.deepEqual(await routing(sfn), [route(2, 100)])
    assert.deepEqual(await rollback({ client, aliasArn, state }), {
      stateMachineAliasArn: aliasArn, previousRouting: [route(2, 100)], routing: [route(1, 100)], changed: true, dryRun: false
    })
    assert.deepEqual(await routing(sfn), [route(1, 100)])
    assert.equal(readState(state).phase.outcome.result, 'rolledBack')
    await rollback({ client, aliasArn, to: newVersion })
    assert.deepEqual(await routing(sfn), [route(2, 100)])
    await assert.rejects(rollback({ client, aliasArn }), /found no record of a deployment/)
    await assert.rejects(rollback({ client, aliasArn: `${MACHINE}:TEST`, to: newVersion }), { message: `the alias \`${MACHINE}:TEST\` does not exist` })
  })

  test(`aborts a running deployment (${name})`, async () => {
    const { sfn, client, options, state } = await open()
    const time = createTime()
    let aborted
    // The lock is held until the deployment has ended. Then the second attempt of `abort` gets it.
    const sleep = async millis => {
      time.now += millis
      aborted ??= abort({ client, aliasArn, state, sleep: () => new Promise(resolve => setTimeout(resolve, 20)) })
      while ((await routing(sfn)).length > 1) await new Promise(resolve => setTimeout(resolve, 5))
    }
    const outcome = await new Deployment({ ...options, preference: '10/1m', clock: time.clock, sleep }).run()
    assert.equal(outcome.result, 'drifted')
    assert.equal((await aborted).changed, true)
    assert.deepEqual(await routing(sfn), [route(1, 100)])
    assert.equal((await abort({ client, aliasArn, state })).changed, false)
  })

  test(`prunes versions (${name})`, async () => {
    const { sfn, client, options, state } = await open()
    for (const number of [3, 4, 5, 6]) {
      await sfn.updateStateMachine({ stateMachineArn: MACHINE, roleArn: `arn:aws:iam::000000000000:role/${number}`, publish: true })
    }
    await new Deployment(options).run()
    const request = { client, stateMachineArn: MACHINE, keep: 2, states: [state] }
    const planned = await prune({ ...request, dryRun: true })
    assert.deepEqual([planned.delete, planned.deleted], [[`${MACHINE}:3`, `${MACHINE}:4`], []])
    const events = []
    const report = await prune({ ...request, onProgress: event => events.push(event) })
    assert.deepEqual(report.deleted, planned.delete)
    assert.deepEqual(report.kept.map(({ stateMachineVersionArn, reason }) => [stateMachineVersionArn.at(-1), reason.kind]),
      [['6', 'newest'], ['5', 'newest'], ['2', 'routed'], ['1', 'deployment']])
    assert.deepEqual(events.map(({ done, total }) => [done, total]), [[1, 2], [2, 2]])
    await assert.rejects(prune({ ...request, states: [newPath()] }), { code: 'ENOENT' })
  })
}

test('throws the error of a failed call', async () => {
  const client = { describeStateMachineAlias: async () => { throw sdkError('AccessDeniedException', 400) } }
  await assert.rejects(rollback({ client, aliasArn, to: newVersion }), { name: 'AccessDeniedException', message: 'failed' })
})
