// Drivers that are killed at every call: the unmodified SDK, over a socket, at a real endpoint.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { serve } from 'sfn-alias'
import { plan } from 'sfn-alias/deploy'
import { Gate } from './support/gate.mjs'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const stateMachineAliasArn = `${MACHINE}:PROD`
const before = [{ stateMachineVersionArn: `${MACHINE}:1`, weight: 100 }]
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const [READ, LOOK, SHIFT] = ['DescribeStateMachineAlias', 'DescribeAlarms', 'UpdateStateMachineAlias']
const times = (count, calls) => Array(count).fill(calls).flat()

/** The calls are those of a driver that nothing happens to. The first reading is for the plan. */
const courses = {
  'a canary': { preference: '10/1m', alarms: ['errors'], result: 'succeeded', calls: [READ, ...times(2, [READ, LOOK, SHIFT])] },
  'a linear deployment': { preference: 'linear 40/1m', alarms: [], result: 'succeeded', calls: [READ, ...times(3, [READ, SHIFT])] },
  'one that is rolled back': { preference: 'linear 40/1m', alarms: ['errors'], alarmAfter: 2, result: 'rolledBack', calls: [READ, ...times(3, [READ, LOOK, SHIFT])] }
}
for (const course of Object.values(courses)) {
  const { steps } = plan({ ...course, currentRouting: before, newVersion: `${MACHINE}:2` })
  const made = steps.slice(0, course.alarmAfter).map(({ routing }) => routing)
  course.updates = course.alarmAfter === undefined ? made : [...made, before]
}

let worlds = 0

/** An endpoint with an alias on the first of two versions, and a gate to it that ends drivers. */
async function world (course, { diesAt = 0, diesAfter = false } = {}) {
  const { url, aliases, close } = await serve()
  const definition = type => `{"StartAt": "D", "States": {"D": {"Type": "${type}"}}}`
  await aliases.createStateMachine({ name: 'orders', definition: definition('Succeed'), roleArn: 'arn:aws:iam::000000000000:role/r', publish: true })
  await aliases.updateStateMachine({ stateMachineArn: MACHINE, definition: definition('Fail'), publish: true })
  await aliases.createStateMachineAlias({ name: 'PROD', routingConfiguration: before })
  const [state, now] = ['state', 'now'].map(name => join(folder, `${worlds}.${name}`))
  worlds += 1
  writeFileSync(now, '1000')
  const { alarmAfter = Infinity, preference, alarms } = course
  const gate = await new Gate({ endpoint: url, now: () => Number(readFileSync(now, 'utf8')), alarmAfter, diesAt, diesAfter }).open()
  return {
    gate,
    drive: () => gate.drive(process.execPath, 'deploy-driver.mjs', gate.url, state, now, preference, ...alarms),
    routing: async () => (await aliases.describeStateMachineAlias({ stateMachineAliasArn })).routingConfiguration,
    outcome: () => JSON.parse(readFileSync(state, 'utf8')).phase.outcome.result,
    async [Symbol.asyncDispose] () { gate.close(); await close() }
  }
}

/** Runs a test in a world, and closes it. */
async function within (world, work) {
  try {
    await work(world)
  } finally {
    await world[Symbol.asyncDispose]()
  }
}

const finished = ({ result }) => ({ code: 0, signal: null, printed: `${result}\n` })
const killed = { code: null, signal: 'SIGKILL', printed: '' }

/** Each shift was made once, in order and not early, and nothing else was. */
async function endedAsPlanned ({ gate, routing, outcome }, course) {
  assert.deepEqual(gate.updates.map(([, routing]) => routing), course.updates)
  assert.deepEqual(await routing(), course.updates.at(-1))
  const times = gate.updates.map(([time]) => time)
  assert.ok(times.every((time, at) => at === 0 || time - times[at - 1] >= 60_000), String(times))
  assert.deepEqual(gate.refused, [])
  assert.equal(outcome(), course.result)
}

for (const [name, course] of Object.entries(courses)) {
  test(`${name}, with a driver that lives`, async () => within(await world(course), async world => {
    assert.deepEqual(await world.drive(), finished(course))
    assert.deepEqual(world.gate.calls, course.calls)
    await endedAsPlanned(world, course)
  }))

  for (const diesAt of course.calls.keys()) {
    for (const diesAfter of [false, true]) {
      const when = `${diesAfter ? 'after' : 'before'} call ${diesAt + 1}`
      test(`${name}, with a driver that is killed ${when}`, async () => within(await world(course, { diesAt: diesAt + 1, diesAfter }), async world => {
        assert.deepEqual(await world.drive(), killed)
        // What it leaves behind is where one of the steps leads: the last that the endpoint was asked for.
        assert.deepEqual(await world.routing(), [before, ...course.updates][world.gate.updates.length])
        assert.deepEqual(await world.drive(), finished(course))
        await endedAsPlanned(world, course)
      }))
    }
  }
}

test('drivers that die at their third call, before it or after it, until one gets to the end', async () => {
  const course = courses['one that is rolled back']
  await within(await world(course), async world => {
    let lives = 0
    for (;; lives += 1) {
      assert.ok(lives < 20)
      Object.assign(world.gate, { diesAt: world.gate.calls.length + 3, diesAfter: lives % 2 === 1 })
      const end = await world.drive()
      if (end.code === 0) break
      assert.deepEqual(end, killed)
    }
    assert.ok(lives >= 3)
    await endedAsPlanned(world, course)
  })
})
