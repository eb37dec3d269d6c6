// Gradual deployments, over our store, over the SDK, and by drivers that are killed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  await assert.rejects(new Deployment({ ...options, state, newVersion: `${MACHINE}:1` }).run(), {
    message: `the state file ${state} is of the deployment of ${newVersion} to ${aliasArn}: use another`
  })
})

// The first call reads the alias for the plan; then come 3 readings and 3 updates.
for (const when of ['before', 'after']) {
  for (const at of [1, 2, 3, 4, 5, 6, 7]) {
    test(`a driver that is killed ${when} call ${at}`, async () => {
      const [store, state, now, log] = [file(), file(), file(), file()]
      const aliases = await fill(await Aliases.open(store))
      writeFileSync(now, '1000')
      writeFileSync(log, '')
      const drive = at => spawnSync(process.execPath, ['deploy-driver.mjs', store, state, now, log, at, when], { encoding: 'utf8' })
      assert.equal(drive(at).signal, 'SIGKILL')
      assert.equal((await routing(aliases)).reduce((sum, { weight }) => sum + weight, 0), 100)
      const { stdout, stderr } = drive(0)
      assert.equal(stdout, 'succeeded\n', stderr)
      assert.deepEqual(await routing(aliases), [route(2, 100)])
      // Each shift once, in order.
      assert.deepEqual(readFileSync(log, 'utf8').split('\n'), ['40 60', '80 20', '100', ''])
    })
  }
}
