// An unmodified @aws-sdk/client-sfn while the node of the store is stopped or killed: its own retries do the right thing.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as sdk from '@aws-sdk/client-sfn'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const DEFINITION = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } }
// Time for which the node does not respond, in milliseconds.
const STOPPED = 3000

// With the default retries, and the endpoint in AWS_ENDPOINT_URL_SFN.
const sfn = new sdk.SFN({})
let retries = 0
const roleArn = 'arn:aws:iam::000000000000:role/orders'
await sfn.createStateMachine({ name: 'orders', definition: JSON.stringify(DEFINITION), roleArn, publish: true })
await changeDuring(stopNode, 1)
await changeDuring(killNode, 2)
await checkEnd(2)
assert(retries > 0, 'the client did not repeat any request')
console.log(`@aws-sdk/client-sfn: all requests succeeded, with ${retries} retries`)

function route (version) {
  return [{ stateMachineVersionArn: `${MACHINE}:${version}`, weight: 100 }]
}

function readPid () {
  return Number(readFileSync(process.env.ETCD_PID, 'utf8'))
}

async function stopNode () {
  const pid = readPid()
  process.kill(pid, 'SIGSTOP')
  await sleep(STOPPED)
  process.kill(pid, 'SIGCONT')
}

async function killNode () {
  process.kill(readPid(), 'SIGKILL')
}

/** Adds the retries of a request. */
async function count (request) {
  const response = await request
  retries += response.$metadata.attempts - 1
  return response
}

/** Sends all requests while the node does not respond. Each of them succeeds, and none of them has an effect twice. */
async function changeDuring (fault, round) {
  const definition = JSON.stringify({ ...DEFINITION, Comment: `${round}` })
  await sfn.updateStateMachine({ stateMachineArn: MACHINE, definition })
  const { revisionId } = await sfn.describeStateMachine({ stateMachineArn: MACHINE })
  await sfn.createStateMachineAlias({ name: `UPDATED${round}`, routingConfiguration: route(1) })
  const alias = { stateMachineAliasArn: `${MACHINE}:UPDATED${round}` }
  const named = { stateMachineArn: MACHINE, name: `named${round}`, input: '[1]' }
  const failing = fault()
  await sleep(100)
  const [started, , created, , published] = await Promise.all([
    sfn.startExecution(named),
    sfn.startExecution({ stateMachineArn: MACHINE, input: `"unnamed${round}"` }),
    sfn.createStateMachineAlias({ name: `NEW${round}`, routingConfiguration: route(1) }),
    sfn.updateStateMachineAlias({ ...alias, description: 'changed' }),
    sfn.publishStateMachineVersion({ stateMachineArn: MACHINE, revisionId })
  ].map(count))
  await failing
  assert.equal(published.stateMachineVersionArn, `${MACHINE}:${round + 1}`)
  assert.equal((await sfn.describeStateMachineAlias(alias)).description, 'changed')
  assert.equal(created.stateMachineAliasArn, `${MACHINE}:NEW${round}`)
  const again = await sfn.startExecution(named)
  assert.deepEqual(again.startDate, started.startDate, 'the repeated start has the date of the first one')
}

async function checkEnd (rounds) {
  const { executions } = await sfn.listExecutions({ stateMachineArn: MACHINE })
  const described = await Promise.all(executions.map(({ executionArn }) => sfn.describeExecution({ executionArn })))
  const count = input => described.filter(execution => execution.input === input).length
  assert.equal(count('[1]'), rounds)
  for (let round = 1; round <= rounds; round++) {
    // A start without a name may be there for each attempt of the client, as on AWS.
    const found = count(`"unnamed${round}"`)
    assert(found >= 1 && found <= 3, `${found} executions without a name`)
  }
  const { stateMachineVersions } = await sfn.listStateMachineVersions({ stateMachineArn: MACHINE })
  assert.equal(stateMachineVersions.length, rounds + 1)
  const { stateMachineAliases } = await sfn.listStateMachineAliases({ stateMachineArn: MACHINE })
  assert.equal(stateMachineAliases.length, 2 * rounds)
}
