// A canary deployment that rolls back automatically, in process and on a virtual clock: version 2 fails some of its
// executions, and an alarm on these failures ends the deployment. Prints `examples/canary_rolls_back.txt`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StepFunctions } from 'sfn-alias'
import { Deployment } from 'sfn-alias/deploy'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const ALIAS = `${MACHINE}:PROD`
const outcomes = [
  { version: 2, any: [{ weight: 20, error: 'Orders.Broken' }, { weight: 80, output: { ok: true } }] },
  { output: { ok: true }, after: '2s' }
]
const alarm = { name: 'orders-failed', metric: 'ExecutionsFailed', stateMachine: 'orders', version: 2, threshold: 3 }

let now = Date.UTC(2030, 0, 2)
const sfn = new StepFunctions({ seed: 7, clock: () => now, outcomes })
await publishVersions()
await deploySecondVersion()
now += 60_000
await printExecutions()

async function publishVersions () {
  const roleArn = 'arn:aws:iam::000000000000:role/orders'
  const first = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
  const second = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'
  await sfn.createStateMachine({ name: 'orders', definition: first, roleArn, publish: true })
  await sfn.updateStateMachine({ stateMachineArn: MACHINE, definition: second, publish: true })
  const routingConfiguration = [{ stateMachineVersionArn: `${MACHINE}:1`, weight: 100 }]
  await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration })
}

async function deploySecondVersion () {
  const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
  const started = now
  const deployment = new Deployment({
    client: sfn,
    aliasArn: ALIAS,
    preference: '10/5m', // 10 percent for 5 minutes, then all
    newVersion: `${MACHINE}:2`,
    state: join(folder, 'state.json'),
    alarms: [alarm.name],
    alarmStates: () => sfn.evaluateAlarms([alarm]),
    clock: () => now,
    sleep: startExecutions
  })
  const outcome = await deployment.run(({ text }) => {
    console.log(`${String((now - started) / 1000).padStart(3)}s  ${text}`)
  })
  console.log(`outcome: ${outcome.result}, ${outcome.alarms.join(', ')}`)
  rmSync(folder, { recursive: true })
}

/** Instead of sleeping, starts two executions per second of the virtual clock. */
async function startExecutions (millis) {
  for (const end = now + millis; now < end; now += 1000) {
    await sfn.startExecution({ stateMachineArn: ALIAS })
    await sfn.startExecution({ stateMachineArn: ALIAS })
  }
}

async function printExecutions () {
  const counts = {}
  let nextToken
  do {
    const page = await sfn.listExecutions({ stateMachineArn: ALIAS, nextToken })
    for (const { stateMachineVersionArn, status } of page.executions) {
      const key = `${stateMachineVersionArn.split(':').at(-1)} ${status}`
      counts[key] = (counts[key] ?? 0) + 1
    }
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  for (const key of Object.keys(counts).sort()) {
    const [version, status] = key.split(' ')
    console.log(`version ${version}: ${counts[key]} ${status}`)
  }
  const { routingConfiguration } = await sfn.describeStateMachineAlias({ stateMachineAliasArn: ALIAS })
  for (const { stateMachineVersionArn, weight } of routingConfiguration) console.log(`${weight}% on ${stateMachineVersionArn}`)
}
