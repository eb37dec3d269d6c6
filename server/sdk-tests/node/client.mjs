// An unmodified @aws-sdk/client-sfn against the endpoint: the life cycle of an alias, then errors.
import assert from 'node:assert/strict'
import * as sdk from '@aws-sdk/client-sfn'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const ALIAS = `${MACHINE}:PROD`
const ROLE = 'arn:aws:iam::000000000000:role/orders'
const DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'

// The SDK reads the endpoint from AWS_ENDPOINT_URL_SFN.
const sfn = new sdk.SFN({})
// The SDK sends StartSyncExecution to `sync-` and the host, which does not exist for a local endpoint.
const sync = new sdk.SFN({ disableHostPrefix: true })
await publishTwoVersions()
await create()
await start()
await shift()
await remove()
await testErrors()

function route (version, weight) {
  return { stateMachineVersionArn: `${MACHINE}:${version}`, weight }
}

/** Returns the code and the message of an error, which must have exactly this class. */
async function expectError (errorClass, promise) {
  const error = await promise.then(() => assert.fail('no error'), error => error)
  assert.equal(Object.getPrototypeOf(error), errorClass.prototype, error.stack)
  assert.equal(error.$metadata.httpStatusCode, 400)
  assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/)
  return `${error.name}${error.reason ? ` (${error.reason})` : ''}: ${error.message}`
}

async function publishTwoVersions () {
  await sfn.createStateMachine({ name: 'orders', definition: DEFINITION, roleArn: ROLE, publish: true })
  const definition = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'
  const second = await sfn.updateStateMachine({ stateMachineArn: MACHINE, definition, publish: true })
  console.log(`published ${second.stateMachineVersionArn}`)
}

async function create () {
  const request = { name: 'PROD', routingConfiguration: [route(1, 90), route(2, 10)] }
  const created = await sfn.createStateMachineAlias(request)
  console.log(`created ${created.stateMachineAliasArn}`)
  const again = await sfn.createStateMachineAlias(request)
  const same = again.creationDate.getTime() === created.creationDate.getTime()
  console.log(`repeated request: ${same ? 'same response' : 'different response'}`)
  const other = sfn.createStateMachineAlias({ ...request, description: 'live' })
  console.log(`different description: ${await expectError(sdk.ConflictException, other)}`)
}

async function start () {
  for (let started = 0; started < 1000; started++) {
    await sfn.startExecution({ stateMachineArn: ALIAS })
  }
  for (const version of [1, 2]) {
    let count = 0
    for await (const page of sdk.paginateListExecutions({ client: sfn }, { stateMachineArn: `${MACHINE}:${version}` })) {
      count += page.executions.length
    }
    console.log(`version ${version}: ${count} of 1000 starts`)
  }
}

async function shift () {
  await sfn.updateStateMachineAlias({ stateMachineAliasArn: ALIAS, routingConfiguration: [route(2, 100)] })
  const alias = await sfn.describeStateMachineAlias({ stateMachineAliasArn: ALIAS })
  for (const { weight, stateMachineVersionArn } of alias.routingConfiguration) {
    console.log(`shifted ${weight}% to ${stateMachineVersionArn}`)
  }
}

async function remove () {
  const version = { stateMachineVersionArn: `${MACHINE}:2` }
  console.log(`delete version 2: ${await expectError(sdk.ConflictException, sfn.deleteStateMachineVersion(version))}`)
  await sfn.deleteStateMachineAlias({ stateMachineAliasArn: ALIAS })
  await sfn.deleteStateMachineVersion(version)
  console.log('deleted the alias, then version 2')
}

async function testErrors () {
  const create = (name, weight) => sfn.createStateMachineAlias({ name, routingConfiguration: [route(1, weight)] })
  const gone = MACHINE.replace('orders', 'gone')
  const other = { name: 'orders', definition: DEFINITION.replaceAll('Done', 'End'), roleArn: ROLE }
  const all = [
    [sdk.ResourceNotFound, sfn.describeStateMachineAlias({ stateMachineAliasArn: ALIAS })],
    [sdk.ValidationException, create('PROD', 70)],
    [sdk.ValidationException, create('123', 100)],
    [sdk.StateMachineDoesNotExist, sfn.describeStateMachine({ stateMachineArn: gone })],
    [sdk.StateMachineAlreadyExists, sfn.createStateMachine(other)],
    [sdk.InvalidToken, sfn.listStateMachines({ nextToken: 'x' })],
    [sdk.InvalidArn, sfn.startExecution({ stateMachineArn: 'orders' })],
    [sdk.StateMachineTypeNotSupported, sync.startSyncExecution({ stateMachineArn: MACHINE })],
    [sdk.SFNServiceException, sfn.listActivities({})]
  ]
  const lines = await Promise.all(all.map(([errorClass, promise]) => expectError(errorClass, promise)))
  lines.forEach(line => console.log(line))
}
