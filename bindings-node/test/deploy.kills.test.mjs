// Kills a deployment at every call: an unmodified SDK client over a socket, against a real HTTP server.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { serve } from 'sfn-alias'
import { plan } from 'sfn-alias/deploy'
import { KillingProxy } from './support/proxy.mjs'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const stateMachineAliasArn = `${MACHINE}:PROD`
const before = [{ stateMachineVersionArn: `${MACHINE}:1`, weight: 100 }]
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const [DESCRIBE, VERSION, ALARMS, UPDATE] = ['DescribeStateMachineAlias', 'DescribeStateMachine', 'DescribeAlarms', 'UpdateStateMachineAlias']
const repeat = (count, calls) => Array(count).fill(calls).flat()

/** `calls` are those of an uninterrupted deployment. The first two are before the deployment. */
const scenarios = {
  'a canary': { preference: '10/1m', alarms: ['errors'], result: 'succeeded', calls: [DESCRIBE, VERSION, ...repeat(2, [DESCRIBE, ALARMS, UPDATE])] },
  'a linear deployment': { preference: 'linear 40/1m', alarms: [], result: 'succeeded', calls: [DESCRIBE, VERSION, ...repeat(3, [DESCRIBE, UPDATE])] },
  'a rollback': { preference: 'linear 40/1m', alarms: ['errors'], alarmAfter: 2, result: 'rolledBack', calls: [DESCRIBE, VERSION, ...repeat(3, [DESCRIBE, ALARMS, UPDATE])] }
}
for (const scenario of Object.values(scenarios)) {
  const { steps } = plan({ ...scenario, currentRouting: before, newVersion: `${MACHINE}:2` })
  const shifts = steps.slice(0, scenario.alarmAfter).map(({ routing }) => routing)
  scenario.updates = scenario.alarmAfter === undefined ? shifts : [...shifts, before]
}

let environments = 0

/** Starts a server whose alias routes to the first of two versions, and a proxy to it that kills deployments. */
async function createEnvironment (scenario, { killAt = 0, killAfter = false } = {}) {
  const { url, service: sfn, close } = await serve()
  const definition = type => `{"StartAt": "D", "States": {"D": {"Type": "${type}"}}}`
  await sfn.createStateMachine({ name: 'orders', definition: definition('Succeed'), roleArn: 'arn:aws:iam::000000000000:role/r', publish: true })
  await sfn.updateStateMachine({ stateMachineArn: MACHINE, definition: definition('Fail'), publish: true })
  await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration: before })
  const [state, now] = ['state', 'now'].map(name => join(folder, `${environments}.${name}`))
  environments += 1
  writeFileSync(now, '1000')
  const { alarmAfter = Infinity, preference, alarms } = scenario
  const proxy = await new KillingProxy({ endpoint: url, now: () => Number(readFileSync(now, 'utf8')), alarmAfter, killAt, killAfter }).open()
  return {
    proxy,
    deploy: () => proxy.runProcess(process.execPath, 'deploy-process.mjs', proxy.url, state, now, preference, ...alarms),
    routing: async () => (await sfn.describeStateMachineAlias({ stateMachineAliasArn })).routingConfiguration,
    outcome: () => JSON.parse(readFileSync(state, 'utf8')).phase.outcome.result,
    async [Symbol.asyncDispose] () { proxy.close(); await close() }
  }
}

/** Runs a test in an environment and closes it. */
async function runIn (environment, test) {
  try {
    await test(environment)
  } finally {
    await environment[Symbol.asyncDispose]()
  }
}

const finished = ({ result }) => ({ code: 0, signal: null, printed: `${result}\n` })
const killed = { code: null, signal: 'SIGKILL', printed: '' }

/** Checks that each shift was made once, in order and not early, and that no other update was made. */
async function checkEnd ({ proxy, routing, outcome }, scenario) {
  assert.deepEqual(proxy.updates.map(([, routing]) => routing), scenario.updates)
  assert.deepEqual(await routing(), scenario.updates.at(-1))
  const times = proxy.updates.map(([time]) => time)
  assert.ok(times.every((time, index) => index === 0 || time - times[index - 1] >= 60_000), String(times))
  assert.deepEqual(proxy.failedStatuses, [])
  assert.equal(outcome(), scenario.result)
}

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`${name}, uninterrupted`, async () => runIn(await createEnvironment(scenario), async environment => {
    assert.deepEqual(await environment.deploy(), finished(scenario))
    assert.deepEqual(environment.proxy.calls, scenario.calls)
    await checkEnd(environment, scenario)
  }))

  for (const index of scenario.calls.keys()) {
    for (const killAfter of [false, true]) {
      const when = `${killAfter ? 'after' : 'before'} call ${index + 1}`
      test(`${name}, killed ${when}`, async () => runIn(await createEnvironment(scenario, { killAt: index + 1, killAfter }), async environment => {
        assert.deepEqual(await environment.deploy(), killed)
        // The routing is that of the last update that reached the server.
        assert.deepEqual(await environment.routing(), [before, ...scenario.updates][environment.proxy.updates.length])
        assert.deepEqual(await environment.deploy(), finished(scenario))
        await checkEnd(environment, scenario)
      }))
    }
  }
}

test('every process is killed at its third call, until one finishes', async () => {
  const scenario = scenarios['a rollback']
  await runIn(await createEnvironment(scenario), async environment => {
    let attempts = 0
    for (;; attempts += 1) {
      assert.ok(attempts < 20)
      Object.assign(environment.proxy, { killAt: environment.proxy.calls.length + 3, killAfter: attempts % 2 === 1 })
      const result = await environment.deploy()
      if (result.code === 0) break
      assert.deepEqual(result, killed)
    }
    assert.ok(attempts >= 3)
    await checkEnd(environment, scenario)
  })
})
