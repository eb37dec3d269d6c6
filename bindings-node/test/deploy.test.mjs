// Gradual deployments, over our store and over the SDK. Drivers that are killed: `deploy.kills.test.mjs`.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { SFNClient } from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { Aliases } from 'sfn-alias'
import { Deployment, DeploymentRefused, expectedStarts, plan, render, simulate } from 'sfn-alias/deploy'

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
  assert.match(render({ ...request, form: 'svg' }), /^<svg /)
  assert.equal(expectedStarts({ ...request, startsPerSecond: 1 }).total.target.high, 41)
  assert.equal(createRequire(import.meta.url)('sfn-alias/deploy').plan, plan)
})

test('a refusal has the text of the provider', () => {
  const message = "Deployments of type 'CANARY' require an interval for traffic shifting. Configure the deployment preference with the 'interval' property and try again."
  const preference = { Type: 'CANARY', Percentage: 10, StateMachineVersionArn: newVersion }
  assert.throws(() => plan({ preference, currentRouting }), error => {
    assert.ok(error instanceof DeploymentRefused)
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
    describeStateMachineAlias: input => aliases.describeStateMachineAlias(input),
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

test('what is not of a call is thrown', async () => {
  const aliases = await fill(new Aliases())
  const options = { client: aliases, aliasArn, preference: '10/1m', newVersion, ...time() }
  await assert.rejects(new Deployment({ ...options, state: file(), alarms: ['a'] }).run(), {
    message: 'the deployment watches alarms: give `cloudwatch` or `alarmStates`'
  })
  const alarmStates = () => { throw new TypeError('mistaken') }
  await assert.rejects(new Deployment({ ...options, state: file(), alarms: ['a'], alarmStates }).run(), { name: 'TypeError' })
  const state = file()
  writeFileSync(state, '{')
  await assert.rejects(new Deployment({ ...options, state }).run(), /is no record of a deployment/)
  rmSync(state)
  await new Deployment({ ...options, state }).run()
  const message = `the record is of another deployment: CANARY of ${newVersion} to ${aliasArn}; keep this one in another file`
  const others = [{ newVersion: `${MACHINE}:1` }, { preference: '20/1m' }, { alarms: ['a'] }, { description: 'new' }, { aliasArn: `${MACHINE}:TEST` }]
  for (const other of others) {
    await assert.rejects(new Deployment({ ...options, state, ...other }).run(), { name: 'DeploymentRefused', message })
  }
  for (const record of ['[]', '{}', '{"plan": {}, "stateMachineAliasArn": 1}']) {
    writeFileSync(state, record)
    await assert.rejects(new Deployment({ ...options, state }).run(), /^DeploymentRefused: the record of the deployment cannot be read: /)
  }
})

test('a description comes with each update', async () => {
  const aliases = await fill(new Aliases())
  await new Deployment({ client: aliases, aliasArn, preference: 'all-at-once', newVersion, description: 'second', state: file(), ...time() }).run()
  assert.equal((await aliases.describeStateMachineAlias({ stateMachineAliasArn: aliasArn })).description, 'second')
})
