// The start for Node: a whole alias life through the methods. Prints `examples/expected.txt`.
import { StepFunctions } from 'sfn-alias'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const ALIAS = `${MACHINE}:PROD`

// A seed makes the draws repeatable; leave it away for real chance.
const aliases = new StepFunctions({ seed: 7 })
await twoVersions()
await create()
await start()
await shift()
await remove()

async function twoVersions () {
  await aliases.createStateMachine({
    name: 'orders',
    definition: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
    roleArn: 'arn:aws:iam::000000000000:role/orders',
    publish: true
  })
  const second = await aliases.updateStateMachine({
    stateMachineArn: MACHINE,
    definition: '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}',
    publish: true
  })
  console.log(`published ${second.stateMachineVersionArn}`)
}

function route (version, weight) {
  return { stateMachineVersionArn: `${MACHINE}:${version}`, weight }
}

async function create () {
  const request = { name: 'PROD', routingConfiguration: [route(1, 90), route(2, 10)] }
  const created = await aliases.createStateMachineAlias(request)
  console.log(`created ${created.stateMachineAliasArn}`)
  const again = await aliases.createStateMachineAlias(request)
  const same = again.creationDate.getTime() === created.creationDate.getTime()
  console.log(`the same request again: ${same ? 'the same answer' : 'another answer'}`)
  try {
    await aliases.createStateMachineAlias({ ...request, description: 'live' })
  } catch (error) {
    console.log(`another description: ${error.code}: ${error.message}`)
  }
}

async function start () {
  for (let started = 0; started < 1000; started++) {
    await aliases.startExecution({ stateMachineArn: ALIAS })
  }
  for (const { version, count } of await aliases.startCounts(MACHINE)) {
    console.log(`version ${version}: ${count} of 1000 starts`)
  }
}

async function shift () {
  await aliases.updateStateMachineAlias({ stateMachineAliasArn: ALIAS, routingConfiguration: [route(2, 100)] })
  const alias = await aliases.describeStateMachineAlias({ stateMachineAliasArn: ALIAS })
  for (const { weight, stateMachineVersionArn } of alias.routingConfiguration) {
    console.log(`shifted ${weight}% to ${stateMachineVersionArn}`)
  }
}

async function remove () {
  try {
    await aliases.deleteStateMachineVersion({ stateMachineVersionArn: `${MACHINE}:2` })
  } catch (error) {
    console.log(`delete version 2: ${error.code}: ${error.message}`)
  }
  await aliases.deleteStateMachineAlias({ stateMachineAliasArn: ALIAS })
  await aliases.deleteStateMachineVersion({ stateMachineVersionArn: `${MACHINE}:2` })
  console.log('deleted the alias, then version 2')
}
