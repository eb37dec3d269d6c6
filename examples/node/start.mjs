// The life cycle of an alias with the methods of the Node package. Prints `examples/expected.txt`.
import { StepFunctions } from 'sfn-alias'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const ALIAS = `${MACHINE}:PROD`

// A seed makes routing decisions repeatable. Without a seed, they are random.
const sfn = new StepFunctions({ seed: 7 })
await publishVersions()
await createAlias()
await startExecutions()
await shiftTraffic()
await deleteResources()

async function publishVersions () {
  await sfn.createStateMachine({
    name: 'orders',
    definition: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
    roleArn: 'arn:aws:iam::000000000000:role/orders',
    publish: true
  })
  const second = await sfn.updateStateMachine({
    stateMachineArn: MACHINE,
    definition: '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}',
    publish: true
  })
  console.log(`published ${second.stateMachineVersionArn}`)
}

function route (version, weight) {
  return { stateMachineVersionArn: `${MACHINE}:${version}`, weight }
}

async function createAlias () {
  const request = { name: 'PROD', routingConfiguration: [route(1, 90), route(2, 10)] }
  const created = await sfn.createStateMachineAlias(request)
  console.log(`created ${created.stateMachineAliasArn}`)
  const repeated = await sfn.createStateMachineAlias(request)
  const same = repeated.creationDate.getTime() === created.creationDate.getTime()
  console.log(`repeated request: ${same ? 'same response' : 'different response'}`)
  try {
    await sfn.createStateMachineAlias({ ...request, description: 'live' })
  } catch (error) {
    console.log(`different description: ${error.code}: ${error.message}`)
  }
}

async function startExecutions () {
  for (let started = 0; started < 1000; started++) {
    await sfn.startExecution({ stateMachineArn: ALIAS })
  }
  for (const { version, count } of await sfn.startCounts(MACHINE)) {
    console.log(`version ${version}: ${count} of 1000 starts`)
  }
}

async function shiftTraffic () {
  await sfn.updateStateMachineAlias({ stateMachineAliasArn: ALIAS, routingConfiguration: [route(2, 100)] })
  const alias = await sfn.describeStateMachineAlias({ stateMachineAliasArn: ALIAS })
  for (const { weight, stateMachineVersionArn } of alias.routingConfiguration) {
    console.log(`shifted ${weight}% to ${stateMachineVersionArn}`)
  }
}

async function deleteResources () {
  try {
    await sfn.deleteStateMachineVersion({ stateMachineVersionArn: `${MACHINE}:2` })
  } catch (error) {
    console.log(`delete version 2: ${error.code}: ${error.message}`)
  }
  await sfn.deleteStateMachineAlias({ stateMachineAliasArn: ALIAS })
  await sfn.deleteStateMachineVersion({ stateMachineVersionArn: `${MACHINE}:2` })
  console.log('deleted the alias, then version 2')
}
