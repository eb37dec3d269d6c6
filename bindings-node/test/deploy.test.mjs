// Gradual deployments, over our store and over the SDK. Drivers that are killed: `deploy.kills.test.mjs`.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { SFNClient } from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { Aliases } from 'sfn-alias'
import { Deployment, DeploymentError, expectedStarts, plan, render, simulate } from 'sfn-alias/deploy'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const aliasArn = `${MACHINE}:PROD`
const newVersion = `${MACHINE}:2`
const route = (number, weight) => ({ stateMachineVersionArn: `${MACHINE}:${number}`, weight })
const currentRouting = [route(1, 100)]
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const file = () => join(folder, `${files++}`)

async function fill (aliases) {
  const definition = type => `{"StartAt": "D", "States": {"D": {"Type": "${type}", "Comment": ""}}}`
  await aliases.createStateMachine({ name: 'orders', definition: definition('Succeed'), roleArn: 'arn:aws:iam::000000000000:role/r', publish: true })
  await aliases.updateStateMachine({ stateMachineArn: MACHINE, definition: definition('Fail'), publish: true })
  await aliases.createStateMachineAlias({ name: 'PROD', routingConfiguration: currentRouting })
  return aliases
}

const routing = async aliases => (await aliases.describeStateMachineAlias({ stateMachineAliasArn: aliasArn })).routingConfiguration

const kept = state => JSON.parse(readFileSync(state, 'utf8'))

/** A client with the calls of a deployment, to change one of. */
const over = aliases => ({
  describeStateMachineAlias: input => aliases.describeStateMachineAlias(input),
  updateStateMachineAlias: input => aliases.updateStateMachineAlias(input)
})

/** Time that passes at once. */
function time () {
  const time = { now: 0, clock: () => time.now, sleep: async millis => { time.now += millis } }
  return time
}

test('a plan, and what it looks like', () => {
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

test('a refusal has the text of the provider', () => {
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

test('a course with an alarm', () => {
  const events = [{ event: 'alarm', atSeconds: 90, name: 'errors', state: 'ALARM' }]
  const course = simulate({ preference: '10/5m', currentRouting, newVersion, alarms: ['errors'], events })
  assert.equal(course.outcome.result, 'rolledBack')
  assert.equal(course.endedAtSeconds, 120)
})

const clients = {
  'Aliases': aliases => aliases,
  'the SDK': aliases => new SFNClient({ requestHandler: aliases.requestHandler(), region: 'us-east-1', credentials })
}
for (const [name, clientOf] of Object.entries(clients)) {
  test(`to the end, over ${name}`, async () => {
    const aliases = await fill(new Aliases())
    const passing = time()
    const deployment = new Deployment({
      client: clientOf(aliases), aliasArn, preference: 'linear 40/2m', newVersion, state: file(), ...passing
    })
    assert.equal((await deployment.dryRun()).filter(({ action }) => action === 'updateAlias').length, 3)
    assert.deepEqual(await routing(aliases), currentRouting)
    const told = []
    assert.deepEqual(await deployment.run(({ text }) => told.push(text)), { result: 'succeeded' })
    assert.deepEqual(await routing(aliases), [route(2, 100)])
    assert.equal(told[2], '40 % on orders:2, step 1 of 3, next in 2m')
    assert.equal(told.at(-1), '100 % on orders:2, step 3 of 3, succeeded')
    assert.deepEqual(await deployment.run(), { result: 'succeeded' })
  })

  test(`an alarm of CloudWatch, over ${name}`, async () => {
    const aliases = await fill(new Aliases())
    const cloudwatch = new CloudWatchClient({ region: 'us-east-1', credentials })
    const answer = StateValue => ({ MetricAlarms: [{ AlarmName: 'errors', StateValue }] })
    const asked = { AlarmNames: ['errors'], AlarmTypes: ['CompositeAlarm', 'MetricAlarm'], MaxRecords: 100 }
    const mocked = mockClient(cloudwatch)
    mocked.on(DescribeAlarmsCommand, asked).resolvesOnce(answer('OK')).resolves(answer('ALARM'))
    const options = { client: clientOf(aliases), aliasArn, preference: '10/5m', newVersion, state: file(), ...time() }
    const outcome = await new Deployment({ ...options, alarms: ['errors'], cloudwatch }).run()
    const message = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors]."
    assert.deepEqual(outcome, { result: 'rolledBack', message, alarms: ['errors'] })
    assert.deepEqual(await routing(aliases), currentRouting)
    assert.equal(mocked.calls().length, 2)
  })
}

test('an answer that is lost', async () => {
  const aliases = await fill(new Aliases())
  let lost = false
  const client = {
    ...over(aliases),
    async updateStateMachineAlias (input) {
      await aliases.updateStateMachineAlias(input)
      if (!lost) {
        lost = true
        throw Object.assign(new Error('read ECONNRESET'), { syscall: 'read' })
      }
    }
  }
  const passing = time()
  const deployment = new Deployment({ client, aliasArn, preference: '10/1m', newVersion, state: file(), clock: passing.clock, sleep: passing.sleep })
  assert.deepEqual(await deployment.run(), { result: 'succeeded' })
  assert.equal(passing.now, 62_000)
})

test('credentials that are gone for a moment', async () => {
  const aliases = await fill(new Aliases())
  let asked = 0
  const client = {
    ...over(aliases),
    async describeStateMachineAlias (input) {
      asked++
      if (asked === 3) throw Object.assign(new Error('Token is expired'), { name: 'CredentialsProviderError' })
      return aliases.describeStateMachineAlias(input)
    }
  }
  const passing = time()
  const deployment = new Deployment({ client, aliasArn, preference: '10/1m', newVersion, state: file(), clock: passing.clock, sleep: passing.sleep })
  assert.deepEqual(await deployment.run(), { result: 'succeeded' })
  assert.equal(passing.now, 62_000)
})

test('what is not of a call is thrown', async () => {
  const aliases = await fill(new Aliases())
  const options = { client: aliases, aliasArn, preference: '10/1m', newVersion, ...time() }
  await assert.rejects(new Deployment({ ...options, state: file(), alarms: ['a'] }).run(), {
    message: 'the deployment watches alarms: give `cloudwatch` or `alarmStates`'
  })
  const client = { ...over(aliases), describeStateMachineAlias: async () => { throw new TypeError('mistaken') } }
  await assert.rejects(new Deployment({ ...options, client, state: file() }).run(), { name: 'TypeError', message: 'mistaken' })
})

test('a state file of another deployment', async () => {
  const state = file()
  const options = { client: await fill(new Aliases()), aliasArn, preference: '10/1m', newVersion, state, ...time() }
  await new Deployment(options).run()
  writeFileSync(state, JSON.stringify({ ...kept(state), stepsDone: 1, phase: { kind: 'reading' } })) // as one that goes on
  const others = {
    version: { newVersion: `${MACHINE}:1` },
    Percentage: { preference: '20/1m' },
    Alarms: { alarms: ['a'] },
    description: { description: 'new' },
    alias: { aliasArn: `${MACHINE}:TEST` }
  }
  for (const [member, other] of Object.entries(others)) {
    const message = `the state file ${state}: the checkpoint is of another deployment that is under way, CANARY of ${newVersion} to ${aliasArn}: its ${member} is not the same; give the same again to go on with it, or keep the checkpoint of this one in another file`
    await assert.rejects(new Deployment({ ...options, ...other }).run(), { name: 'DeploymentError', message })
  }
})

/** What this Node says of a text that is no JSON. */
function saidOf (text) {
  try {
    return JSON.parse(text)
  } catch ({ message }) {
    return message
  }
}

const noRecords = {
  '{': [' is no checkpoint of a deployment: ', saidOf('{')],
  null: [': the checkpoint of the deployment cannot be read: ', 'invalid type: null, expected struct Checkpoint'],
  '{}': [': the checkpoint of the deployment cannot be read: ', 'missing field `stateMachineAliasArn`'],
  '{"plan": {}, "stateMachineAliasArn": 1}': [': the checkpoint of the deployment cannot be read: ', 'invalid type: integer `1`, expected a string']
}
for (const [text, [wrong, fault]] of Object.entries(noRecords)) {
  test(`a state file that is no checkpoint is named: ${text}`, async () => {
    const state = file()
    writeFileSync(state, text)
    const deployment = new Deployment({ client: new Aliases(), aliasArn, preference: '10/1m', newVersion, state })
    await assert.rejects(deployment.run(), { message: `the state file ${state}${wrong}${fault}` })
  })
}

test('the file of a deployment that has ended', async () => {
  const aliases = await fill(new Aliases())
  const state = file()
  const alarmStates = () => ({ errors: 'ALARM' })
  const options = { client: aliases, aliasArn, preference: '20/1m', newVersion, state, ...time() }
  const ringing = new Deployment({ ...options, preference: '10/1m', alarms: ['errors'], alarmStates })
  const ended = await ringing.run()
  assert.equal(ended.result, 'rolledBack')
  // The same is not made again, and another takes the file.
  assert.deepEqual(await ringing.run(), ended)
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  assert.equal(kept(state).plan.preference.Percentage, 20)
  // One that has succeeded looks where the alias leads; without the file, the same is begun anew.
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  await aliases.updateStateMachineAlias({ stateMachineAliasArn: aliasArn, routingConfiguration: currentRouting })
  assert.equal((await new Deployment(options).run()).result, 'drifted')
  rmSync(state)
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
})

/** From the first shift on nothing can be kept: a folder stands where the file is to be written. */
function onFullDisk (aliases, state) {
  return {
    ...over(aliases),
    async updateStateMachineAlias (input) {
      await aliases.updateStateMachineAlias(input)
      if (!existsSync(`${state}.new`)) mkdirSync(`${state}.new`)
    }
  }
}

/** What is thrown of what is not a regular file. */
function irregular (path, what) {
  return { code: 'EINVAL', path, message: `${path}: it is ${what}, and only a regular file is used here: remove it, or give another \`state\`` }
}

for (const [what, plant] of [
  ['a symbolic link', (path, target) => symlinkSync(target, path)],
  ['a FIFO', path => execFileSync('mkfifo', [path])],
  ['a folder', path => mkdirSync(path)]
]) {
  for (const suffix of ['', '.new']) {
    test(`${what} in the place of the state file${suffix} is refused`, async () => {
      const aliases = await fill(new Aliases())
      const [state, target] = [file(), file()]
      writeFileSync(target, 'precious', { mode: 0o644 })
      plant(`${state}${suffix}`, target)
      const options = { client: aliases, aliasArn, preference: 'all-at-once', newVersion, state, ...time() }
      await assert.rejects(new Deployment(options).run(), irregular(`${state}${suffix}`, what))
      assert.equal(readFileSync(target, 'utf8'), 'precious')
      assert.equal(statSync(target).mode & 0o777, 0o644)
      assert.equal(lstatSync(`${state}${suffix}`).isFile(), false)
      assert.deepEqual(await routing(aliases), currentRouting)
    })
  }
}

test('a state file is read up to a limit', async () => {
  const state = file()
  writeFileSync(state, '')
  truncateSync(state, 2 ** 40)
  const options = { client: await fill(new Aliases()), aliasArn, preference: 'all-at-once', newVersion, state, ...time() }
  await assert.rejects(new Deployment(options).run(), { message: `the state file ${state} is no checkpoint of a deployment: it is longer than 16777216 bytes` })
})

test('no shift is made that is not kept', async () => {
  const aliases = await fill(new Aliases())
  const [state, passing] = [file(), time()]
  const options = { aliasArn, preference: 'linear 40/2m', newVersion, state, clock: passing.clock, sleep: passing.sleep }
  await assert.rejects(new Deployment({ ...options, client: onFullDisk(aliases, state) }).run(), irregular(`${state}.new`, 'a folder'))
  // It has waited until the second shift, and left that.
  assert.deepEqual(await routing(aliases), [route(2, 40), route(1, 60)])
  assert.equal(passing.now, 120_000)
  rmdirSync(`${state}.new`)
  assert.deepEqual(await new Deployment({ ...options, client: aliases }).run(), { result: 'succeeded' })
  assert.deepEqual(await routing(aliases), [route(2, 100)])
})

test('alarms are watched where nothing can be kept', async () => {
  const aliases = await fill(new Aliases())
  const [state, passing] = [file(), time()]
  const alarmStates = () => ({ errors: passing.now >= 120_000 ? 'ALARM' : 'OK' })
  const options = { aliasArn, preference: '10/5m', newVersion, state, alarms: ['errors'], alarmStates, clock: passing.clock, sleep: passing.sleep }
  await assert.rejects(new Deployment({ ...options, client: onFullDisk(aliases, state) }).run(), irregular(`${state}.new`, 'a folder'))
  assert.deepEqual(await routing(aliases), currentRouting)
  assert.equal(passing.now, 120_000)
  rmdirSync(`${state}.new`)
  assert.equal((await new Deployment({ ...options, client: aliases }).run()).result, 'rolledBack')
})

test("what is kept is its owner's, and its name lasts", async t => {
  const [state, opened] = [file(), []]
  writeFileSync(`${state}.new`, 'left behind', { mode: 0o666 })
  const probe = await fs.open(folder)
  const { sync } = Object.getPrototypeOf(probe)
  t.mock.method(Object.getPrototypeOf(probe), 'sync', function () {
    opened.push(readlinkSync(`/proc/self/fd/${this.fd}`))
    return sync.call(this)
  })
  await probe.close()
  const options = { client: await fill(new Aliases()), aliasArn, preference: 'all-at-once', newVersion, state, description: 'secret', ...time() }
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  assert.equal(statSync(state).mode & 0o777, 0o600)
  assert.equal(existsSync(`${state}.new`), false)
  assert.deepEqual(opened.slice(0, 2), [`${state}.new`, folder])
})

test('a wait is slept once and no longer, also where the clock is set back', async () => {
  const [passing, slept] = [time(), []]
  const clock = () => passing.now - (slept.length === 1 ? 3_600_000 : 0)
  const sleep = async millis => { slept.push(millis); await passing.sleep(millis) }
  const options = { client: await fill(new Aliases()), aliasArn, preference: '10/3m', newVersion, state: file(), clock, sleep }
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  assert.equal(Math.max(...slept), 60_000)
  assert.equal(passing.now, 180_000)
})

test('an undefined clock is the default, and so is an undefined sleep', async t => {
  let now = 1_700_000_000_123
  t.mock.method(Date, 'now', () => now)
  t.mock.method(globalThis, 'setTimeout', (wake, millis) => { now += millis; wake() })
  const state = file()
  const options = { client: await fill(new Aliases()), aliasArn, preference: '10/1m', newVersion, state, clock: undefined, sleep: undefined }
  assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
  assert.equal(kept(state).lastShiftAtMillis, 1_700_000_060_123)
})

const unreached = {
  'an error of the system': Object.assign(new Error('reset'), { syscall: 'read' }),
  'one of several attempts': Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
  'one of fetch': new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' }) }),
  'one of its sockets': new TypeError('terminated', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) }),
  'a signal': new DOMException('too long', 'TimeoutError')
}
for (const [name, error] of Object.entries(unreached)) {
  test(`alarms that are not reached are asked for again: ${name}`, async () => {
    const aliases = await fill(new Aliases())
    const passing = time()
    const alarmStates = async () => {
      if ((await routing(aliases)).length === 2 && passing.now < 62_000) throw error
      return {}
    }
    const options = { client: aliases, aliasArn, preference: '10/1m', newVersion, state: file(), alarms: ['errors'], alarmStates, clock: passing.clock, sleep: passing.sleep }
    assert.deepEqual(await new Deployment(options).run(), { result: 'succeeded' })
    assert.equal(passing.now, 62_000)
  })
}

test('alarms that cannot be read', async () => {
  const aliases = await fill(new Aliases())
  const options = { client: aliases, aliasArn, preference: '10/5m', newVersion, alarms: ['errors'], ...time() }
  let thrown = new TypeError('mistaken')
  // Before the first shift there is nothing to roll back.
  const throws = () => { throw thrown }
  assert.deepEqual(await new Deployment({ ...options, alarmStates: throws, state: file() }).run(), { result: 'failed', code: 'TypeError', message: 'mistaken' })
  const alarmStates = async () => (await routing(aliases)).length === 2 ? throws() : {}
  for (const [error, said] of [[thrown, 'TypeError: mistaken'], ['a text', 'Error: a text'], [undefined, 'Error: undefined']]) {
    thrown = error
    const message = `Aborting deployment. The CloudWatch alarms cannot be read: ${said}`
    assert.deepEqual(await new Deployment({ ...options, alarmStates, state: file() }).run(), { result: 'rolledBack', message, alarms: [] })
    assert.deepEqual(await routing(aliases), currentRouting)
  }
})

test('a description comes with each update, that of a rollback included', async () => {
  const aliases = await fill(new Aliases())
  const described = []
  const description = async () => (await aliases.describeStateMachineAlias({ stateMachineAliasArn: aliasArn })).description
  const alarmStates = async () => {
    described.push(await description())
    await aliases.updateStateMachineAlias({ stateMachineAliasArn: aliasArn, description: "another's" })
    return described.length === 1 ? {} : { errors: 'ALARM' }
  }
  const options = { client: aliases, aliasArn, preference: '10/5m', newVersion, description: 'second', alarms: ['errors'], alarmStates, state: file(), ...time() }
  assert.equal((await new Deployment(options).run()).result, 'rolledBack')
  assert.deepEqual([...described, await description()], [undefined, 'second', 'second'])
})
