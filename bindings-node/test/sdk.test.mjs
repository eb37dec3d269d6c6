// An unmodified SFNClient without a socket.
import assert from 'node:assert/strict'
import net from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  ConflictException, CreateStateMachineAliasCommand, CreateStateMachineCommand, DescribeStateMachineAliasCommand,
  ListStateMachinesCommand, SFNClient, SFNServiceException, StartExecutionCommand, UpdateStateMachineAliasCommand,
  ValidationException, DescribeActivityCommand
} from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { StepFunctions } from 'sfn-alias'

const DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
const connect = net.Socket.prototype.connect

before(() => {
  net.Socket.prototype.connect = () => { throw new Error('a socket was opened') }
})
after(() => {
  net.Socket.prototype.connect = connect
  rmSync(folder, { recursive: true, force: true })
})

const createClient = sfn => new SFNClient({ requestHandler: sfn.requestHandler(), region: 'us-east-1', credentials })
const stores = { 'in memory': () => new StepFunctions(), 'in a file': () => StepFunctions.open(join(folder, `${Math.random()}.db`)) }

for (const [where, open] of Object.entries(stores)) {
  test(`the SDK creates, describes and starts, ${where}`, async () => {
    const client = createClient(await open())
    const { stateMachineVersionArn } = await client.send(new CreateStateMachineCommand({
      name: 'orders', definition: DEFINITION, roleArn: 'arn:aws:iam::000000000000:role/orders', publish: true
    }))
    const input = { name: 'PROD', routingConfiguration: [{ stateMachineVersionArn, weight: 100 }] }
    const created = await client.send(new CreateStateMachineAliasCommand(input))
    assert.ok(created.creationDate instanceof Date)
    assert.equal(created.$metadata.httpStatusCode, 200)
    assert.match(created.$metadata.requestId, /^[0-9a-f-]{36}$/)
    const { stateMachineAliasArn } = created
    const described = await client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }))
    assert.deepEqual(described.routingConfiguration, input.routingConfiguration)
    const started = await client.send(new StartExecutionCommand({ stateMachineArn: stateMachineAliasArn }))
    assert.ok(started.startDate instanceof Date)
    client.destroy()
    await client.send(new ListStateMachinesCommand({}))
  })

  test(`errors are instances of the SDK's classes, ${where}`, async () => {
    const client = createClient(await open())
    const { stateMachineVersionArn } = await client.send(new CreateStateMachineCommand({
      name: 'orders', definition: DEFINITION, roleArn: 'arn:aws:iam::000000000000:role/orders', publish: true
    }))
    const input = { name: 'PROD', routingConfiguration: [{ stateMachineVersionArn, weight: 100 }] }
    await client.send(new CreateStateMachineAliasCommand(input))
    const conflict = await client.send(new CreateStateMachineAliasCommand({ ...input, description: 'other' })).catch(error => error)
    assert.ok(conflict instanceof ConflictException)
    assert.ok(conflict instanceof SFNServiceException)
    assert.equal(conflict.name, 'ConflictException')
    assert.equal(conflict.message, 'Failed to create alias because an alias with the same name and a different routing configuration already exists.')
    assert.equal(conflict.$fault, 'client')
    const invalid = await client.send(new CreateStateMachineAliasCommand({ ...input, routingConfiguration: [{ stateMachineVersionArn, weight: 99 }] })).catch(error => error)
    assert.ok(invalid instanceof ValidationException)
    assert.equal(invalid.reason, 'INVALID_ROUTING_CONFIGURATION')
    assert.equal(invalid.message, 'Sum of routing configuration weights must equal 100. Received: [99]')
    assert.equal(invalid.$metadata.httpStatusCode, 400)
    const unknown = await client.send(new DescribeActivityCommand({ activityArn: 'arn:aws:states:us-east-1:000000000000:activity:a' })).catch(error => error)
    assert.equal(unknown.name, 'UnknownOperationException')
  })
}

test('client and methods use the same store', async () => {
  const sfn = new StepFunctions()
  await sfn.createStateMachine({ name: 'orders', definition: DEFINITION, roleArn: 'arn:aws:iam::000000000000:role/orders' })
  const { stateMachines } = await createClient(sfn).send(new ListStateMachinesCommand({}))
  assert.deepEqual(stateMachines, (await sfn.listStateMachines()).stateMachines)
})

test('an aborted request is rejected', async () => {
  const abort = new AbortController()
  abort.abort()
  const client = createClient(new StepFunctions())
  await assert.rejects(client.send(new ListStateMachinesCommand({}), { abortSignal: abort.signal }), { name: 'AbortError' })
})

test('the handler reads only the operation and the body of a request', async () => {
  const handler = new StepFunctions().requestHandler()
  assert.deepEqual(handler.httpHandlerConfigs(), {})
  handler.updateHttpClientConfig('requestTimeout', 5)
  const { response } = await handler.handle({ headers: { 'X-Amz-Target': 'AWSStepFunctions.ListStateMachines' }, body: Buffer.from('{}') })
  assert.equal(response.statusCode, 200)
  assert.equal(response.headers['content-type'], 'application/x-amz-json-1.0')
  assert.equal(Buffer.from(response.body).toString(), '{"stateMachines":[]}')
  for (const request of [undefined, null, {}, { headers: {} }, { headers: 5, body: {} }]) {
    assert.equal((await handler.handle(request)).response.statusCode, 400)
  }
  await assert.rejects(handler.handle({ get headers () { throw new Error('boom') } }), { message: 'boom' })
})

test('aws-sdk-client-mock works with the handler', async () => {
  const client = createClient(new StepFunctions())
  const mock = mockClient(client)
  mock.on(ListStateMachinesCommand).resolves({ stateMachines: [] })
  mock.on(UpdateStateMachineAliasCommand).callsFake(() => { throw new ConflictException({ message: 'mocked', $metadata: {} }) })
  assert.deepEqual(await client.send(new ListStateMachinesCommand({})), { stateMachines: [] })
  await assert.rejects(client.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn: 'x' })), { message: 'mocked' })
  mock.on(CreateStateMachineCommand).callsFake((input, getClient) => new StepFunctions().createStateMachine(input))
  const created = await client.send(new CreateStateMachineCommand({ name: 'orders', definition: DEFINITION, roleArn: 'arn:aws:iam::000000000000:role/orders' }))
  assert.equal(created.stateMachineArn, 'arn:aws:states:us-east-1:000000000000:stateMachine:orders')
  mock.restore()
  assert.equal((await client.send(new ListStateMachinesCommand({}))).stateMachines.length, 0)
})
